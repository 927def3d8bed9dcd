import { useTranslation } from 'react-i18next'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useProducts } from '../../api/products.js'
import { ListStatus, LoadError } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { usePageTitle } from '../../components/page-title.js'
import { countFilters, type ProductFilters, readFilters, writeFilters } from '../../lib/product-filters.js'
import { useLiveSync } from '../../sync/LiveSync.js'
import { buttonClass } from '../../ui/Button.js'
import { Card, EmptyState, PageHeader } from '../../ui/Page.js'
import { Filters } from './Filters.js'
import { ProductDrawer } from './ProductDrawer.js'
import { ProductTable } from './ProductTable.js'
import { ResultLine } from './ResultLine.js'

/** The table of mirrored products. The address holds the filters and the open product. */
export function ProductsPage({ cianboxId }: { cianboxId: string | undefined }) {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const filters = readFilters(params)
  const products = useProducts(filters)
  usePageTitle(t('products.title'))

  const setFilters = (next: ProductFilters) => navigate(address('/productos', next), { replace: true })
  const items = products.data ?? []

  return (
    <>
      <PageHeader title={t('products.title')} intro={t('products.intro')} />
      <Filters filters={filters} onChange={setFilters} />
      <ResultLine shown={items.length} hasMore={products.hasNextPage} busy={products.isRefetching} />
      {products.isRefetchError && (
        <div className="mb-3">
          <LoadError query={products} />
        </div>
      )}
      <Card className="overflow-hidden">
        <ListStatus query={products} rows={10} />
        {products.data && items.length === 0 && <NoProducts filtered={countFilters(filters) > 0} />}
        {items.length > 0 && (
          <ProductTable
            products={items}
            hrefOf={(id) => address(`/productos/${encodeURIComponent(id)}`, filters)}
          />
        )}
        <LoadMore query={products} />
      </Card>
      {cianboxId !== undefined && (
        <ProductDrawer
          key={cianboxId}
          cianboxId={cianboxId}
          name={items.find((product) => product.cianboxId === cianboxId)?.name}
          onClose={() => navigate(address('/productos', filters))}
        />
      )}
    </>
  )
}

function NoProducts({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation()
  const { activeRun } = useLiveSync()
  if (filtered) return <EmptyState title={t('products.noMatchTitle')}>{t('products.noMatchBody')}</EmptyState>
  if (activeRun) return <EmptyState title={t('products.emptyTitle')}>{t('products.emptyLive')}</EmptyState>
  return (
    <EmptyState
      title={t('products.emptyTitle')}
      action={
        <Link href="/" className={buttonClass('primary')}>
          {t('products.emptyAction')}
        </Link>
      }
    >
      {t('products.emptyBody')}
    </EmptyState>
  )
}

function address(path: string, filters: ProductFilters): string {
  const query = writeFilters(filters).toString()
  return query === '' ? path : `${path}?${query}`
}
