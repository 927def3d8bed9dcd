import type { Amounts, Product } from '@espejo/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useMoneyFormat } from '../../components/currencies.js'
import { useReferenceName } from '../../components/reference-names.js'
import { bothAmounts } from '../../lib/money.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { Badge } from '../../ui/Notice.js'
import { COMPACT_COLUMNS } from './compact-columns.js'

const DEFAULT_LIST = '0'

/** A product's offer and its price in each list, in the list's currency with the local amount below. */
export function PriceTable({ prices, offer }: Pick<Product, 'prices' | 'offer'>) {
  const { t } = useTranslation()
  const listName = useReferenceName('price_lists')
  if (prices.length === 0 && offer === null)
    return <p className="text-sm text-muted">{t('product.noPrices')}</p>
  const offerCurrency = prices.find(({ listId }) => listId === DEFAULT_LIST)?.currencyId ?? null
  return (
    <DataTable label={t('product.prices')} className={COMPACT_COLUMNS}>
      <thead>
        <tr>
          <HeadCell>{t('product.list')}</HeadCell>
          <HeadCell from="sm">{t('product.currency')}</HeadCell>
          <HeadCell numeric>{t('product.net')}</HeadCell>
          <HeadCell numeric>{t('product.final')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {offer && (
          <PriceRow amounts={offer} currencyId={offerCurrency}>
            <Badge tone="ok">{t('product.offer')}</Badge>
          </PriceRow>
        )}
        {prices.map((price) => (
          <PriceRow key={price.listId} amounts={price} currencyId={price.currencyId}>
            {listName(price.listId)}
          </PriceRow>
        ))}
      </tbody>
    </DataTable>
  )
}

function PriceRow({
  amounts,
  currencyId,
  children,
}: {
  amounts: Amounts
  currencyId: string | null
  children: ReactNode
}) {
  const currencyName = useReferenceName('exchange_rates')
  return (
    <tr>
      {/* On a phone the name is as wide as its longest word, so that amounts do not wrap. */}
      <RowHead className="max-sm:w-px">
        {children}
        {currencyId !== null && <p className="text-muted sm:hidden">{currencyName(currencyId)}</p>}
      </RowHead>
      <Cell from="sm">{currencyId === null ? '—' : currencyName(currencyId)}</Cell>
      <AmountCell amounts={amounts} of="net" currencyId={currencyId} />
      <AmountCell amounts={amounts} of="final" currencyId={currencyId} />
    </tr>
  )
}

function AmountCell({
  amounts,
  of,
  currencyId,
}: {
  amounts: Amounts
  of: 'net' | 'final'
  currencyId: string | null
}) {
  const { t } = useTranslation()
  const money = useMoneyFormat()
  const { own, local } = bothAmounts(amounts, of, money.isLocal(currencyId))
  return (
    <Cell numeric className="max-sm:wrap-anywhere">
      <span className={of === 'final' ? 'font-medium' : undefined}>{money.of(currencyId, own)}</span>
      {local !== null && (
        <p className="text-muted max-sm:text-xs">
          <span className="sr-only">{t('product.local')}: </span>
          {money.local(local)}
        </p>
      )}
    </Cell>
  )
}
