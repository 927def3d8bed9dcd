import type { GuardItem } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { LoadedGuard } from '../../api/guard.js'
import { useMoneyFormat } from '../../components/currencies.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatDecimal } from '../../lib/decimal.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { EmptyState } from '../../ui/Page.js'

/** The affected items, as the mirror has them now. */
export function GuardItems({ guard }: { guard: LoadedGuard }) {
  const { t } = useTranslation()
  if (guard.items.length === 0) return <EmptyState title={t('guard.noMatch')} />
  const areProducts = guard.subject === 'products'
  return (
    <DataTable label={t('guard.list')} className="border-t border-line">
      <thead>
        <tr>
          <HeadCell>{t(areProducts ? 'products.name' : 'guard.name')}</HeadCell>
          {areProducts && (
            <>
              <HeadCell from="md">{t('products.category')}</HeadCell>
              <HeadCell numeric className="whitespace-nowrap">
                {t('guard.lastPrice')}
              </HeadCell>
              <HeadCell numeric>{t('products.stock')}</HeadCell>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {guard.items.map((item) =>
          areProducts ? (
            <ProductRow key={item.cianboxId} item={item} />
          ) : (
            <tr key={item.cianboxId}>
              <RowHead className="wrap-anywhere">{item.name ?? item.cianboxId}</RowHead>
            </tr>
          ),
        )}
      </tbody>
    </DataTable>
  )
}

function ProductRow({ item }: { item: GuardItem }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const money = useMoneyFormat()
  return (
    <tr>
      <RowHead className="w-full wrap-anywhere">
        {item.name === null ? (
          t('changes.id', { id: item.cianboxId })
        ) : (
          <Link
            href={`/productos/${encodeURIComponent(item.cianboxId)}`}
            className="font-medium hover:text-accent hover:underline"
          >
            {item.name}
          </Link>
        )}
        {item.sku !== null && <p className="text-muted">{item.sku}</p>}
      </RowHead>
      <Cell from="md" className="max-w-44 truncate text-muted">
        {item.categoryName ?? '—'}
      </Cell>
      <Cell numeric className="whitespace-nowrap">
        {money.local(item.price)}
      </Cell>
      <Cell numeric className="whitespace-nowrap">
        {formatDecimal(item.stock, locale)}
      </Cell>
    </tr>
  )
}
