import type { Run, RunStatus } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Badge, type Tone } from '../ui/Notice.js'

export function RunStatusBadge({ run }: { run: Run }) {
  const { t } = useTranslation()
  return (
    <Badge tone={TONES[run.status]}>
      {t(`runStatus.${run.status}`)}
      {run.status === 'running' && ` · ${run.percent} %`}
    </Badge>
  )
}

const TONES: Record<RunStatus, Tone | 'neutral'> = {
  queued: 'info',
  running: 'info',
  paused: 'warn',
  complete: 'ok',
  error: 'danger',
  cancelled: 'neutral',
}
