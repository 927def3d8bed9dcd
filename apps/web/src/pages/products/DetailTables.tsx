import type { Product } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { useReferenceName } from '../../components/reference-names.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatDecimal, formatMoney } from '../../lib/decimal.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'

/** Four columns of long numbers in the width of a phone. */
const NARROW = 'max-sm:[&_:is(th,td)]:px-1!'

export function PriceTable({ prices }: { prices: Product['prices'] }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const listName = useReferenceName('price_lists')
  const currencyName = useReferenceName('exchange_rates')
  if (prices.length === 0) return <p className="text-sm text-muted">{t('product.noPrices')}</p>
  return (
    <DataTable label={t('product.prices')} className={NARROW}>
      <thead>
        <tr>
          <HeadCell>{t('product.list')}</HeadCell>
          <HeadCell from="sm">{t('product.currency')}</HeadCell>
          <HeadCell numeric>{t('product.net')}</HeadCell>
          <HeadCell numeric>{t('product.final')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {prices.map((price) => (
          <tr key={price.listId}>
            <RowHead>
              {listName(price.listId)}
              {price.currencyId !== null && (
                <p className="text-muted sm:hidden">{currencyName(price.currencyId)}</p>
              )}
            </RowHead>
            <Cell from="sm">{price.currencyId === null ? '—' : currencyName(price.currencyId)}</Cell>
            <Cell numeric>{formatMoney(price.net, locale)}</Cell>
            <Cell numeric className="font-medium">
              {formatMoney(price.final, locale)}
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  )
}

export function StockTable({ stock }: { stock: Product['stockByBranch'] }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const branchName = useReferenceName('branches')
  if (stock.length === 0) return <p className="text-sm text-muted">{t('product.noStock')}</p>
  return (
    <DataTable label={t('product.stockByBranch')} className={NARROW}>
      <thead>
        <tr>
          <HeadCell>{t('product.branch')}</HeadCell>
          <HeadCell numeric>{t('product.stock')}</HeadCell>
          <HeadCell numeric>{t('product.reserved')}</HeadCell>
          <HeadCell numeric>{t('product.available')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {stock.map((branch) => (
          <tr key={branch.branchId}>
            <RowHead>{branchName(branch.branchId)}</RowHead>
            <Cell numeric>{formatDecimal(branch.stock, locale)}</Cell>
            <Cell numeric>{formatDecimal(branch.reserved, locale)}</Cell>
            <Cell numeric className="font-medium">
              {formatDecimal(branch.available, locale)}
            </Cell>
          </tr>
        ))}
      </tbody>
    </DataTable>
  )
}
