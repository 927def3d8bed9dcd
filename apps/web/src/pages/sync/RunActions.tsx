import type { Run, Waiting } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { type RunAction, useRunAction } from '../../api/runs.js'
import { ErrorText } from '../../components/ErrorText.js'
import { canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'
import { WaitingNotice } from './WaitingNotice.js'

/** Why the active run waits, and the actions that the sync panel does not have: pause and resume. */
export function RunActions({ run, waiting }: { run: Run; waiting: Waiting | null }) {
  const { t } = useTranslation()
  const action = useRunAction(run.id)
  const mayOperate = canOperate(useUser())

  const button = (name: RunAction, label: string, tone: 'primary' | 'plain') => (
    <Button tone={tone} busy={action.isPending} onClick={() => action.mutate(name)}>
      {label}
    </Button>
  )
  const next = run.status === 'paused' && button('resume', t('runActions.resume'), 'primary')
  const isExplained = isExplainedBy(waiting)

  return (
    <>
      {action.isError && (
        <Notice tone="danger" live>
          <ErrorText error={action.error} />
        </Notice>
      )}
      <WaitingNotice waiting={waiting} actions={mayOperate && next} />
      {mayOperate && (
        <div className="flex flex-wrap gap-2 empty:hidden">
          {run.status === 'running' && button('pause', t('runActions.pause'), 'plain')}
          {!isExplained && next}
        </div>
      )}
    </>
  )
}

/** Whether `WaitingNotice` is shown, which then has the button. */
function isExplainedBy(waiting: Waiting | null): boolean {
  return waiting !== null && ['daily_budget', 'paused'].includes(waiting.reason)
}
