import type { Product } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { useLocale } from '../../i18n/i18n.js'
import { formatDecimal, isNegative } from '../../lib/decimal.js'
import { cx } from '../../ui/cx.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { Badge } from '../../ui/Notice.js'
import { ChargedPrice } from './ChargedPrice.js'

/** The table of products. On a phone SKU, brand and stock are below the name and the price. */
export function ProductTable({
  products,
  hrefOf,
}: {
  products: readonly Product[]
  hrefOf: (cianboxId: string) => string
}) {
  const { t } = useTranslation()
  return (
    <DataTable label={t('products.title')} className="max-sm:table-fixed">
      <thead>
        <tr>
          <HeadCell>{t('products.name')}</HeadCell>
          <HeadCell from="md">{t('products.sku')}</HeadCell>
          <HeadCell from="md">{t('products.brand')}</HeadCell>
          <HeadCell from="lg">{t('products.category')}</HeadCell>
          <HeadCell numeric from="sm">
            {t('products.stock')}
          </HeadCell>
          <HeadCell numeric className="max-sm:w-32">
            {t('products.price')}
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {products.map((product) => (
          <ProductRow key={product.cianboxId} product={product} href={hrefOf(product.cianboxId)} />
        ))}
      </tbody>
    </DataTable>
  )
}

function ProductRow({ product, href }: { product: Product; href: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const stock = formatDecimal(product.stock, locale)
  const under = [product.sku, product.brandName].filter(Boolean).join(' · ')

  return (
    <tr className="relative hover:bg-sunken/60">
      <RowHead className="w-full wrap-anywhere">
        <Link
          href={href}
          className="font-medium after:absolute after:inset-0 hover:text-accent hover:underline"
        >
          {product.name}
        </Link>{' '}
        <ProductBadge product={product} />
        {under && <p className="text-muted md:hidden">{under}</p>}
      </RowHead>
      <Cell from="md" className="max-w-44 truncate text-muted">
        {product.sku ?? '—'}
      </Cell>
      <Cell from="md" className="max-w-44 truncate">
        {product.brandName ?? '—'}
      </Cell>
      <Cell from="lg" className="max-w-44 truncate">
        {product.categoryName ?? '—'}
      </Cell>
      <Cell numeric from="sm" className={cx(isNegative(product.stock) && 'text-danger')}>
        {stock}
      </Cell>
      <Cell numeric className="max-sm:wrap-anywhere">
        <ChargedPrice product={product} className="[&_strong]:font-normal" />
        <p
          className={cx(
            'whitespace-nowrap sm:hidden',
            isNegative(product.stock) ? 'text-danger' : 'text-muted',
          )}
        >
          {t('products.stock')}: {stock}
        </p>
      </Cell>
    </tr>
  )
}

/** Marks retired and inactive products and offers. A product that cannot be sold is not marked as an offer. */
export function ProductBadge({ product }: { product: Pick<Product, 'isActive' | 'retiredAt' | 'onOffer'> }) {
  const { t } = useTranslation()
  if (product.retiredAt !== null) return <Badge tone="warn">{t('productBadge.retired')}</Badge>
  if (!product.isActive) return <Badge tone="neutral">{t('productBadge.inactive')}</Badge>
  return product.onOffer ? <Badge tone="ok">{t('productBadge.offer')}</Badge> : null
}
