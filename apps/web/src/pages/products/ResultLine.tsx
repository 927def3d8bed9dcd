import { useTranslation } from 'react-i18next'

/** The number of products shown, and whether the list is being refreshed. */
export function ResultLine({ shown, hasMore, busy }: { shown: number; hasMore: boolean; busy: boolean }) {
  const { t } = useTranslation()
  return (
    <div className="mt-4 mb-2 flex min-h-5 justify-between gap-4 text-sm text-muted">
      <p>{shown > 0 && t(hasMore ? 'products.shownMore' : 'products.shown', { n: shown })}</p>
      <p aria-hidden="true">{busy && t('products.refreshing')}</p>
    </div>
  )
}
