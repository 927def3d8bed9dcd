import { isFinal, type ProductChange, type Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { useChanges } from '../../api/runs.js'
import { ChangeKind } from '../../components/ChangeKind.js'
import { FieldChanges } from '../../components/FieldChanges.js'
import { ListStatus } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { Card, EmptyState } from '../../ui/Page.js'

/** A run's changes in the mirror. For a dry run: the changes that a real run would make. */
export function Changes({ run }: { run: Run }) {
  const { t } = useTranslation()
  const changes = useChanges(run.id)
  return (
    <section aria-labelledby="changes">
      <h2 id="changes" className="text-lg font-semibold">
        {t('changes.title')}
      </h2>
      <p className="mb-3 text-sm text-muted">{t(run.dryRun ? 'changes.dryIntro' : 'changes.intro')}</p>
      <Card className="overflow-hidden">
        <ListStatus query={changes} rows={3} />
        {changes.data?.length === 0 && <NoChanges run={run} />}
        {changes.data && changes.data.length > 0 && (
          <ChangeTable changes={changes.data} dryRun={run.dryRun} />
        )}
        <LoadMore query={changes} />
      </Card>
    </section>
  )
}

/** The first full run logs no changes per product, so `created` can be above 0 without changes. */
function NoChanges({ run }: { run: Run }) {
  const { t } = useTranslation()
  if (!isFinal(run.status)) return <EmptyState title={t('changes.emptyLive')} />
  if (run.created > 0) return <EmptyState title={t('changes.empty')}>{t('changes.emptyFirst')}</EmptyState>
  return <EmptyState title={t('changes.empty')}>{t('changes.emptyBody')}</EmptyState>
}

function ChangeTable({ changes, dryRun }: { changes: readonly ProductChange[]; dryRun: boolean }) {
  const { t } = useTranslation()
  return (
    <DataTable label={t('changes.title')}>
      <thead>
        <tr>
          <HeadCell>{t('changes.product')}</HeadCell>
          <HeadCell>{t(dryRun ? 'changes.dryWhat' : 'changes.what')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.changeId}>
            <RowHead className="w-1/3 wrap-anywhere">
              <ChangedProduct change={change} />
            </RowHead>
            <Cell>
              <p className="mb-1">
                <ChangeKind kind={change.kind} dryRun={dryRun} />
              </p>
              {change.fields.length > 0 && <FieldChanges fields={change.fields} />}
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  )
}

/** The product's name, as a link unless the mirror does not have it (a dry run would create it). */
function ChangedProduct({ change: { cianboxId, name, fields } }: { change: ProductChange }) {
  const { t } = useTranslation()
  const id = t('changes.id', { id: cianboxId })
  if (name === null) {
    const newName = fields.find(({ field }) => field === 'name')?.new
    if (typeof newName !== 'string') return <span className="tabular-nums">{id}</span>
    return (
      <>
        {newName}
        <p className="text-muted tabular-nums">{id}</p>
      </>
    )
  }
  return (
    <>
      <Link
        href={`/productos/${encodeURIComponent(cianboxId)}`}
        className="font-medium text-accent hover:underline"
      >
        {name}
      </Link>
      <p className="text-muted tabular-nums">{id}</p>
    </>
  )
}
