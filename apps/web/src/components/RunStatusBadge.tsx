import type { Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { outcomeOf, type RunOutcome } from '../lib/run-outcome.js'
import { Badge, type Tone } from '../ui/Notice.js'

/** A run's outcome as a badge. */
export function RunStatusBadge({ run }: { run: Run }) {
  const { t } = useTranslation()
  const outcome = outcomeOf(run)
  const key = outcome === 'withRejects' && run.errors === 1 ? 'withOneReject' : outcome
  return (
    <Badge tone={TONES[outcome]}>
      {t(`runStatus.${key}`, { n: run.errors })}
      {outcome === 'running' && ` · ${run.percent} %`}
    </Badge>
  )
}

const TONES: Record<RunOutcome, Tone | 'neutral'> = {
  queued: 'info',
  running: 'info',
  paused: 'warn',
  awaitingDecision: 'warn',
  complete: 'ok',
  withRejects: 'warn',
  preview: 'info',
  error: 'danger',
  guardRefused: 'neutral',
  guardExpired: 'warn',
  cancelled: 'neutral',
}
