import type { ProgressData, Waiting } from '@espejo/contract'
import { boundedPercent, type Format } from './format.js'
import type { Labels } from './labels.js'

interface SyncProgressProps {
  progress: ProgressData
  isLoading: boolean
  /** The run was cancelled or failed: the counts are shown without the bar, which may be full. */
  hasFailed: boolean
  labels: Labels
  format: Format
}

/** The run's progress: bar, counts, rate, remaining time, and what it waits for. */
export function SyncProgress({ progress, isLoading, hasFailed, labels, format }: SyncProgressProps) {
  const page = labels.page(format.count(progress.page), format.count(progress.totalPages))
  const percent = format.percent(progress.percent)
  return (
    <div className="mb-4 text-sm text-gray-600 dark:text-gray-300">
      <div className="flex justify-between gap-4 mb-1">
        <span>{page}</span>
        {!hasFailed && <span>{percent}</span>}
      </div>
      {!hasFailed && (
        <Bar
          percent={boundedPercent(progress.percent)}
          label={labels.progress}
          text={`${page}, ${percent}`}
        />
      )}
      <Counts progress={progress} labels={labels} format={format} />
      {isLoading && <Rate progress={progress} labels={labels} format={format} />}
      <p role="status" className="mt-1 text-amber-800 dark:text-amber-300 empty:hidden">
        {isLoading && progress.waiting ? waitingText(progress.waiting, labels, format) : ''}
      </p>
    </div>
  )
}

function Bar({ percent, label, text }: { percent: number; label: string; text: string }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
      className="w-full bg-gray-200 dark:bg-gray-700 rounded-full overflow-hidden text-blue-600 dark:text-blue-400"
    >
      {/* Size and colour are inline, so that the bar is visible without Tailwind too. */}
      <div
        className="rounded-full transition-all duration-300 motion-reduce:transition-none"
        style={{ width: `${percent}%`, height: '0.5rem', backgroundColor: 'currentColor' }}
      />
    </div>
  )
}

function Counts({ progress, labels, format }: Pick<SyncProgressProps, 'progress' | 'labels' | 'format'>) {
  const counts = [
    { name: labels.processed, value: progress.totalProcessed, className: '' },
    { name: labels.created, value: progress.created, className: 'text-green-700 dark:text-green-400' },
    { name: labels.updated, value: progress.updated, className: 'text-blue-700 dark:text-blue-400' },
    { name: labels.unchanged, value: progress.unchanged, className: '' },
  ]
  if (progress.errors > 0) {
    counts.push({ name: labels.errors, value: progress.errors, className: 'text-red-700 dark:text-red-400' })
  }
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 list-none p-0">
      {counts.map(({ name, value, className }) => (
        <li key={name} className={className}>
          {name}: {format.count(value)}
        </li>
      ))}
    </ul>
  )
}

function Rate({ progress, labels, format }: Pick<SyncProgressProps, 'progress' | 'labels' | 'format'>) {
  const { phase, ratePerSecond, etaSeconds } = progress
  const parts = [
    labels.phases[phase],
    isKnown(ratePerSecond) && labels.rate(format.rate(ratePerSecond)),
    isKnown(etaSeconds) && labels.eta(format.duration(etaSeconds * 1000)),
  ]
  return <p className="mt-1">{parts.filter(Boolean).join(' · ')}</p>
}

function waitingText({ reason, until }: Waiting, labels: Labels, format: Format): string {
  const time = until === null ? null : format.time(until)
  return [labels.waiting[reason], time && labels.until(time)].filter(Boolean).join(' ')
}

/** False for a field that an older server does not send. */
function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number'
}
