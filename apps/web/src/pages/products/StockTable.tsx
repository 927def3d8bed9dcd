import type { Product } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { useReferenceName } from '../../components/reference-names.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatDecimal } from '../../lib/decimal.js'
import { Cell, DataTable, HeadCell, RowHead } from '../../ui/DataTable.js'
import { COMPACT_COLUMNS } from './compact-columns.js'

export function StockTable({ stock }: { stock: Product['stockByBranch'] }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const branchName = useReferenceName('branches')
  if (stock.length === 0) return <p className="text-sm text-muted">{t('product.noStock')}</p>
  return (
    <DataTable label={t('product.stockByBranch')} className={COMPACT_COLUMNS}>
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
