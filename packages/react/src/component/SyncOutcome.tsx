import type { CompleteData } from '@espejo/contract'
import type { ReactNode } from 'react'
import type { Sync } from '../hooks/use-sync.js'
import type { Format } from './format.js'
import type { Labels } from './labels.js'

/** Shows how the run ended, or why it cannot be watched. */
export function SyncOutcome({
  sync,
  preview,
  labels,
  format,
}: {
  sync: Sync
  preview: boolean
  labels: Labels
  format: Format
}) {
  const alert = alertText(sync, labels)
  return (
    <>
      {/* Always rendered: screen readers do not announce a live region that is added together with its text. */}
      <div aria-live="polite">
        {sync.result?.success && (
          <Completed result={sync.result} preview={preview} labels={labels} format={format} />
        )}
        {sync.status === 'cancelled' && (
          <Box className="bg-gray-100 text-gray-800 dark:bg-gray-800 dark:text-gray-200" sign="■">
            {labels.cancelled}
          </Box>
        )}
      </div>
      {alert && (
        <div role="alert">
          <Box className="bg-red-100 text-red-800 dark:bg-red-950 dark:text-red-200" sign="✕">
            {alert}
          </Box>
        </div>
      )}
    </>
  )
}

function Completed({
  result,
  preview,
  labels,
  format,
}: {
  result: CompleteData
  preview: boolean
  labels: Labels
  format: Format
}) {
  const { totalProducts, created, updated, unchanged, errors, retired, duration } = result
  const parts = [
    labels.total(format.count(totalProducts)),
    `${labels.created}: ${format.count(created)}`,
    `${labels.updated}: ${format.count(updated)}`,
    `${labels.unchanged}: ${format.count(unchanged)}`,
    `${labels.errors}: ${format.count(errors)}`,
    retired > 0 && `${labels.retired}: ${format.count(retired)}`,
    `${labels.duration}: ${format.duration(duration)}`,
  ]
  return (
    <Box {...lookOf(result, preview)}>
      <strong className="font-semibold">{titleOf(result, preview, labels, format)}</strong>
      <br />
      <span className="text-sm">{parts.filter(Boolean).join(' | ')}</span>
    </Box>
  )
}

function titleOf({ errors }: CompleteData, preview: boolean, labels: Labels, format: Format): string {
  if (preview) return labels.previewed
  return errors > 0 ? labels.completedWithRejects(format.count(errors)) : labels.completed
}

/** Green with a tick only if no row was rejected and the products were stored. */
function lookOf({ errors }: CompleteData, preview: boolean): { className: string; sign: string } {
  if (preview) {
    return { className: 'bg-blue-100 text-blue-900 dark:bg-blue-950 dark:text-blue-200', sign: '○' }
  }
  return errors > 0
    ? { className: 'bg-amber-100 text-amber-900 dark:bg-amber-950 dark:text-amber-200', sign: '⚠' }
    : { className: 'bg-green-100 text-green-800 dark:bg-green-950 dark:text-green-200', sign: '✓' }
}

/** The sign repeats what the colour shows, for people who do not see the colour. */
function Box({ className, sign, children }: { className: string; sign: string; children: ReactNode }) {
  return (
    <p className={`p-4 rounded ${className}`}>
      <span aria-hidden="true">{sign} </span>
      {children}
    </p>
  )
}

/**
 * The error text, in the component's language. Sentences of the server (an ending's message, a problem's
 * detail) are shown unchanged.
 */
function alertText(
  { status, result, isLoading, problem, cancelProblem }: Sync,
  labels: Labels,
): string | null {
  if (status === 'cancelled' || result?.success) return null
  if (result) return result.message
  const textOf = (of: NonNullable<typeof problem>) => of.detail ?? labels.problems[of.code]
  if (isLoading) return cancelProblem && `${labels.cancelFailed} ${textOf(cancelProblem)}`
  return problem && textOf(problem)
}
