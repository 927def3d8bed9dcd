import { isFinal, type Reject, type Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { useRejects, useRetryRejects } from '../../api/runs.js'
import { ErrorText, ServerText } from '../../components/ErrorText.js'
import { ListStatus } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { Notice } from '../../ui/Notice.js'
import { Card, EmptyState } from '../../ui/Page.js'

/** The rows that a run rejected, each with its reason and its payload. */
export function Rejects({ run }: { run: Run }) {
  const { t } = useTranslation()
  const rejects = useRejects(run.id, run.errors > 0)
  const retry = useRetryRejects(run.id)
  const [, navigate] = useLocation()
  const mayRetry = canOperate(useUser()) && isFinal(run.status) && run.errors > 0

  return (
    <section aria-labelledby="rejects">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id="rejects" className="text-lg font-semibold">
            {t('rejects.title')}
          </h2>
          {run.errors > 0 && <p className="text-sm text-muted">{t('rejects.intro')}</p>}
        </div>
        {mayRetry && (
          <Button
            busy={retry.isPending}
            onClick={() => retry.mutate(undefined, { onSuccess: (next) => navigate(`/corridas/${next.id}`) })}
          >
            {retry.isPending ? t('rejects.retrying') : t('rejects.retry')}
          </Button>
        )}
      </div>
      {retry.isError && (
        <div className="mb-3">
          <Notice tone="danger" live>
            <ErrorText error={retry.error} />
          </Notice>
        </div>
      )}
      <Card className="overflow-hidden">
        {run.errors === 0 && (
          <EmptyState title={t('rejects.empty')}>{run.dryRun ? null : t('rejects.emptyBody')}</EmptyState>
        )}
        {run.errors > 0 && <ListStatus query={rejects} rows={3} />}
        {rejects.data && rejects.data.length > 0 && <RejectTable rejects={rejects.data} />}
        <LoadMore query={rejects} />
      </Card>
    </section>
  )
}

function RejectTable({ rejects }: { rejects: readonly Reject[] }) {
  const { t } = useTranslation()
  return (
    <DataTable label={t('rejects.title')}>
      <thead>
        <tr>
          <HeadCell>{t('rejects.product')}</HeadCell>
          <HeadCell from="sm">{t('rejects.place')}</HeadCell>
          <HeadCell>{t('rejects.reason')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rejects.map((reject) => (
          <tr key={`${reject.phase} ${reject.page} ${reject.position}`}>
            <RowHead className="w-1/4">
              {reject.cianboxId ?? <span className="text-muted">{t('rejects.noId')}</span>}
            </RowHead>
            <Cell from="sm" className="w-1/4 text-muted">
              {t(`runPhase.${reject.phase}`)} ·{' '}
              {t('rejects.placeOf', { page: reject.page, row: reject.position + 1 })}
            </Cell>
            <Cell>
              <p>
                {reject.field !== null && <code className="mr-2 text-muted">{reject.field}</code>}
                <ServerText>{reject.reason}</ServerText>
              </p>
              <details className="mt-1">
                <summary className="text-accent">{t('rejects.payload')}</summary>
                <pre className="mt-2 rounded-md bg-sunken p-3 text-xs whitespace-pre-wrap wrap-anywhere">
                  {JSON.stringify(reject.payload, null, 2)}
                </pre>
              </details>
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  )
}
