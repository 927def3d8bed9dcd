import type { Product } from '@espejo/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMoneyFormat } from '../../components/currencies.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatDecimal } from '../../lib/decimal.js'
import { formatDateTime } from '../../lib/format.js'
import { safeHttpUrl } from '../../lib/safe-url.js'
import { DescriptionList } from '../../ui/DescriptionList.js'
import { ChargedPrice } from './ChargedPrice.js'
import { PriceTable } from './PriceTable.js'
import { ProductHistory } from './ProductHistory.js'
import { ProductBadge } from './ProductTable.js'
import { StockTable } from './StockTable.js'

/** All mirrored data of a product. */
export function ProductDetails({ product }: { product: Product }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const money = useMoneyFormat()
  const amount = (value: string | null) => formatDecimal(value, locale)
  const date = (iso: string | null) => formatDateTime(iso, locale)

  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <ChargedPrice
          product={product}
          className="flex flex-wrap items-baseline gap-x-3 tabular-nums [&_strong]:text-2xl"
        />
        <ProductBadge product={product} />
      </div>
      <Part title={t('product.general')}>
        <DescriptionList
          items={[
            [t('product.sku'), product.sku],
            [t('product.barcode'), product.barcode],
            [t('product.cianboxId'), product.cianboxId],
            [t('product.brand'), product.brandName],
            [t('product.category'), product.categoryName],
            [t('product.cost'), money.local(product.cost)],
            [t('product.taxRate'), product.taxRate === null ? null : `${amount(product.taxRate)} %`],
            [t('product.stock'), amount(product.stock)],
            [t('product.reserved'), amount(product.reserved)],
            ...present(t('product.size'), product.size),
            ...present(t('product.color'), product.color),
            ...present(t('product.parent'), product.parentId),
            ...present(t('product.isParent'), product.isParent ? t('product.yes') : null),
          ]}
        />
      </Part>
      <Part title={t('product.prices')}>
        <PriceTable prices={product.prices} offer={product.offer} />
      </Part>
      <Part title={t('product.stockByBranch')}>
        <StockTable stock={product.stockByBranch} />
      </Part>
      <Part title={t('product.history')}>
        <ProductHistory cianboxId={product.cianboxId} />
      </Part>
      {product.description && (
        <Part title={t('product.description')}>
          <p className="text-sm whitespace-pre-line wrap-anywhere">{product.description}</p>
        </Part>
      )}
      {product.imageUrls.length > 0 && (
        <Part title={t('product.images')}>
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            {product.imageUrls.map((url, index) => {
              // Also the key: a URL can occur twice.
              const label = t('product.image', { number: index + 1 })
              return (
                <li key={label}>
                  <ImageLink url={url} label={label} />
                </li>
              )
            })}
          </ul>
        </Part>
      )}
      <Part title={t('product.dates')}>
        <DescriptionList
          items={[
            [t('product.sourceUpdatedAt'), date(product.sourceUpdatedAt)],
            [t('product.createdAt'), date(product.createdAt)],
            [t('product.changedAt'), date(product.changedAt)],
            ...present(t('product.retiredAt'), product.retiredAt && date(product.retiredAt)),
          ]}
        />
      </Part>
    </div>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 border-b border-line pb-1 font-semibold">{title}</h3>
      {children}
    </section>
  )
}

/** A link instead of an image: loading it would disclose the reader to its host. */
function ImageLink({ url, label }: { url: string; label: string }) {
  const href = safeHttpUrl(url)
  if (href === null) return <span className="text-muted wrap-anywhere">{url}</span>
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" className="text-accent underline">
      {label}
    </a>
  )
}

function present(name: string, value: string | null): [string, string][] {
  return value === null || value === '' ? [] : [[name, value]]
}
