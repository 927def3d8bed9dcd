'use client'

import type { CompleteData } from '@espejo/contract'
import { useEffect, useId, useMemo, useRef } from 'react'
import type { Sync } from '../hooks/use-sync.js'
import { formatOf } from './format.js'
import { type Labels, type Locale, labelsOf } from './labels.js'
import { SyncOutcome } from './SyncOutcome.js'
import { SyncProgress } from './SyncProgress.js'

export interface SyncPanelOptions {
  /** @defaultValue `es-AR` */
  locale?: Locale | undefined
  /** Replaces some of the locale's texts. */
  labels?: Partial<Labels> | undefined
  /**
   * Whether this person may start and cancel runs. If false, a sentence that says so replaces the
   * buttons. The server enforces the permission; this only avoids a refusal.
   * @defaultValue true
   */
  canOperate?: boolean | undefined
  /**
   * Whether the run is a dry run, which stores nothing. The stream does not contain this. A successful
   * ending is then shown as a preview, not as a success.
   * @defaultValue false
   */
  preview?: boolean | undefined
  /** CSS classes of the outermost element. @defaultValue a white card */
  className?: string | undefined
  /** Called once for each run that completes while it is watched. */
  onComplete?: ((result: CompleteData) => void) | undefined
}

/** The screen of one sync: shows `sync`, the return value of a hook. */
export function SyncPanel({
  sync,
  locale = 'es-AR',
  labels: overrides,
  canOperate = true,
  preview = false,
  className = 'p-4 bg-white dark:bg-gray-900 rounded-lg shadow',
  onComplete,
}: SyncPanelOptions & { sync: Sync }) {
  const labels = useMemo(() => labelsOf(locale, overrides), [locale, overrides])
  const format = useMemo(() => formatOf(locale), [locale])
  const titleId = useId()
  useOnComplete(sync, onComplete)

  return (
    <section aria-labelledby={titleId} className={className}>
      <h2 id={titleId} className="text-lg font-semibold mb-4 text-gray-900 dark:text-gray-100">
        {labels.title}
      </h2>
      {canOperate ? (
        <Buttons sync={sync} labels={labels} />
      ) : (
        <p className="text-sm mb-4 text-gray-700 dark:text-gray-300">{labels.watchOnly}</p>
      )}
      <p role="status" className="text-sm text-amber-800 dark:text-amber-300 empty:hidden">
        {connectionText(sync, labels)}
      </p>
      {sync.progress && (
        <SyncProgress
          progress={sync.progress}
          isLoading={sync.isLoading}
          hasFailed={sync.status === 'cancelled' || sync.status === 'error'}
          labels={labels}
          format={format}
        />
      )}
      <SyncOutcome sync={sync} preview={preview} labels={labels} format={format} />
    </section>
  )
}

const BUTTON =
  'px-4 py-2 text-white rounded disabled:opacity-50 focus-visible:outline-2 focus-visible:outline-offset-2'

function Buttons({ sync, labels }: { sync: Sync; labels: Labels }) {
  return (
    <div className="flex gap-2 mb-4">
      <button
        type="button"
        onClick={sync.startSync}
        disabled={sync.isLoading}
        className={`${BUTTON} bg-blue-600 hover:bg-blue-700`}
      >
        {sync.isLoading ? labels.running : labels.start}
      </button>
      {sync.isLoading && (
        <button
          type="button"
          onClick={sync.cancel}
          disabled={sync.isCancelling}
          className={`${BUTTON} bg-red-600 hover:bg-red-700`}
        >
          {sync.isCancelling ? labels.cancelling : labels.cancel}
        </button>
      )}
    </div>
  )
}

/** Only while a run is loading: a failed search for an active run on mount is not shown. */
function connectionText({ isLoading, connection, problem }: Sync, labels: Labels): string {
  if (!isLoading) return ''
  if (connection === 'connecting') return labels.connecting
  const cause = problem && (problem.detail ?? labels.problems[problem.code])
  if (connection === 'polling') return cause ?? ''
  if (connection !== 'reconnecting') return ''
  return [labels.reconnecting, cause].filter(Boolean).join(' ')
}

function useOnComplete({ result }: Sync, onComplete: SyncPanelOptions['onComplete']) {
  // The last reported ending: the effect runs again for a new `onComplete`, and twice in StrictMode.
  const reported = useRef<unknown>(null)
  useEffect(() => {
    if (!result?.success || reported.current === result) return
    reported.current = result
    onComplete?.(result)
  }, [result, onComplete])
}
