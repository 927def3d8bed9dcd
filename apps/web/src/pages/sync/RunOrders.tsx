import type { Run, Waiting } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { useOrderRun } from '../../api/runs.js'
import { ErrorText } from '../../components/ErrorText.js'
import { canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'

/** What a person may decide about a run under way, beyond what the sync panel offers. */
export function RunOrders({ run, waiting }: { run: Run; waiting: Waiting | null }) {
  const { t } = useTranslation()
  const order = useOrderRun(run.id)
  if (!canOperate(useUser())) return null

  return (
    <>
      {order.isError && (
        <Notice tone="danger" live>
          <ErrorText error={order.error} />
        </Notice>
      )}
      {waiting?.reason === 'sweep_confirmation' && (
        <Notice
          tone="warn"
          title={t('sweep.title')}
          live
          actions={
            <Button tone="primary" busy={order.isPending} onClick={() => order.mutate('confirm-sweep')}>
              {t('sweep.confirm')}
            </Button>
          }
        >
          {t('sweep.body')}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        {run.status === 'running' && (
          <Button busy={order.isPending} onClick={() => order.mutate('pause')}>
            {t('orders.pause')}
          </Button>
        )}
        {run.status === 'paused' && (
          <Button tone="primary" busy={order.isPending} onClick={() => order.mutate('resume')}>
            {t('orders.resume')}
          </Button>
        )}
      </div>
    </>
  )
}
