import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { useProductHistory } from '../../api/products.js'
import { ChangeKind } from '../../components/ChangeKind.js'
import { FieldChanges } from '../../components/FieldChanges.js'
import { LoadError } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatDateTime } from '../../lib/format.js'
import { Skeleton } from '../../ui/Page.js'

/** A product's changes since it was first mirrored, newest first. */
export function ProductHistory({ cianboxId }: { cianboxId: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const history = useProductHistory(cianboxId)

  if (history.isPending) return <Skeleton label={t('app.loading')} rows={3} />
  if (history.isLoadingError) {
    return <LoadError query={history} />
  }
  if (history.data?.length === 0) return <p className="text-sm text-muted">{t('product.noHistory')}</p>
  return (
    <>
      <ol className="flex flex-col gap-4 text-sm">
        {history.data?.map((change) => (
          <li key={change.changeId} className="border-l-2 border-line pl-3">
            <p className="mb-1 flex flex-wrap items-center gap-2">
              <Link
                href={`/corridas/${encodeURIComponent(change.runId)}`}
                aria-label={t('runs.open', { date: formatDateTime(change.changedAt, locale) })}
                className="font-medium text-accent hover:underline"
              >
                {formatDateTime(change.changedAt, locale)}
              </Link>
              <ChangeKind kind={change.kind} />
            </p>
            {change.fields.length > 0 && <FieldChanges fields={change.fields} />}
          </li>
        ))}
      </ol>
      <LoadMore query={history} />
    </>
  )
}
