import type { Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { canOperate } from '../lib/capabilities.js'
import { useUser } from '../session/SessionGate.js'
import { useLiveSync } from '../sync/LiveSync.js'

/** The active run in one line below the header, on every page but the one that shows it in full. */
export function RunStatusBar() {
  const [location] = useLocation()
  const { sync, activeRun, runAwaitingDecision } = useLiveSync()
  const isUnderWay = location !== '/' && (sync.isLoading || activeRun !== null)
  return (
    <>
      {/* Always mounted: screen readers ignore a live region that is added together with its text. */}
      <div role="status">
        {runAwaitingDecision && <DecisionBar run={runAwaitingDecision} location={location} />}
      </div>
      {isUnderWay && !runAwaitingDecision && (
        <ProgressBar percent={sync.progress?.percent ?? activeRun?.percent ?? 0} />
      )}
    </>
  )
}

function ProgressBar({ percent }: { percent: number }) {
  const { t } = useTranslation()
  return (
    <div className="border-t border-line bg-accent-soft">
      <div className="mx-auto flex max-w-6xl items-center gap-4 px-4 py-1.5 text-sm sm:px-6">
        <span className="font-medium whitespace-nowrap tabular-nums">
          {t('sync.barProgress', { percent })}
        </span>
        <div
          role="progressbar"
          aria-label={t('sync.title')}
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
          className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-line"
        >
          <div
            className="h-full rounded-full bg-accent-fill transition-[width]"
            style={{ width: `${percent}%` }}
          />
        </div>
        <Link href="/" className="font-medium whitespace-nowrap text-accent hover:underline">
          {t('sync.barLink')}
        </Link>
      </div>
    </div>
  )
}

/** For a run that waits for a decision: no progress bar. For screen readers only on pages that show the question. */
function DecisionBar({ run, location }: { run: Run; location: string }) {
  const { t } = useTranslation()
  const text = t(canOperate(useUser()) ? 'sync.barDecision' : 'sync.barDecisionOther')
  if (location === '/' || location === `/corridas/${run.id}`) return <span className="sr-only">{text}</span>
  return (
    <div className="border-t border-line bg-warn-soft">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-4 px-4 py-1.5 text-sm sm:px-6">
        <span className="font-medium text-warn">{text}</span>
        <Link href="/" className="font-medium whitespace-nowrap text-accent hover:underline">
          {t('sync.barDecisionLink')}
        </Link>
      </div>
    </div>
  )
}
