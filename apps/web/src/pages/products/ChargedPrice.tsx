import type { Product } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { useMoneyFormat } from '../../components/currencies.js'
import { chargedPrice, isDiscounted } from '../../lib/money.js'

/** The price at the point of sale. If it is an offer, the list price follows. */
export function ChargedPrice({
  product,
  className,
}: {
  product: Pick<Product, 'price' | 'offer'>
  className?: string
}) {
  const { t } = useTranslation()
  const money = useMoneyFormat()
  const discounted = isDiscounted(product)
  return (
    <div className={className}>
      <strong className="font-semibold">
        {discounted && <span className="sr-only">{t('product.offer')}: </span>}
        {money.local(chargedPrice(product))}
      </strong>
      {discounted && (
        <p className="text-muted">
          <span className="sr-only">{t('product.listPrice')}: </span>
          <s>{money.local(product.price)}</s>
        </p>
      )}
    </div>
  )
}
