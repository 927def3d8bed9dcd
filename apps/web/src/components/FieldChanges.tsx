import { useTranslation } from 'react-i18next'
import { useLocale } from '../i18n/i18n.js'
import type { Locale } from '../i18n/locale.js'
import { formatDecimal, formatMoney } from '../lib/decimal.js'
import {
  byImportance,
  type ChangedField,
  type FieldChange,
  type FieldFormat,
  readField,
} from '../lib/field-changes.js'
import { useMoneyFormat } from './currencies.js'
import { useReferenceName } from './reference-names.js'

/** Changes shown at first. A product with thirty price lists has more; a button shows the rest. */
const VISIBLE_COUNT = 6

/** The changed fields of a product with old and new value, prices and stock first. */
export function FieldChanges({ fields }: { fields: readonly FieldChange[] }) {
  const { t } = useTranslation()
  const sorted = byImportance(fields)
  const rest = sorted.slice(VISIBLE_COUNT)
  return (
    <>
      <ChangeList fields={sorted.slice(0, VISIBLE_COUNT)} />
      {rest.length > 0 && (
        <details className="mt-1">
          <summary className="text-accent">{t('changes.more', { n: rest.length })}</summary>
          <ChangeList fields={rest} />
        </details>
      )}
    </>
  )
}

function ChangeList({ fields }: { fields: readonly FieldChange[] }) {
  const { t } = useTranslation()
  const labelOf = useFieldLabel()
  const textOf = useFieldValue()
  return (
    <dl className="flex flex-col gap-1">
      {fields.map((change) => {
        const field = readField(change.field)
        return (
          <div key={change.field} className="flex flex-wrap gap-x-2">
            <dt className="text-muted">{labelOf(field)}</dt>
            <dd className="min-w-0 tabular-nums wrap-anywhere">
              <span className="sr-only">{t('changes.before')} </span>
              <span className="text-muted">{textOf(change.old, field.format)}</span>
              <span aria-hidden="true"> → </span>
              <span className="sr-only">{t('changes.after')} </span>
              <span className="font-medium">{textOf(change.new, field.format)}</span>
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

function useFieldLabel(): (field: ChangedField) => string {
  const { t } = useTranslation()
  const listName = useReferenceName('price_lists')
  const branchName = useReferenceName('branches')
  return (field) => {
    switch (field.of) {
      case 'product':
        return t(`changeField.${field.name}`)
      case 'price':
        return t(`changes.price.${field.name}`, { list: listName(field.id) })
      case 'offer':
        return t(`changes.offer.${field.name}`)
      case 'stock':
        return t('changes.stockOf', { branch: branchName(field.id) })
      case 'other':
        return field.name
    }
  }
}

function useFieldValue(): (value: unknown, format: FieldFormat) => string {
  const { t } = useTranslation()
  const locale = useLocale()
  const money = useMoneyFormat()
  return (value, format) => {
    if (typeof value === 'boolean') return t(value ? 'product.yes' : 'product.no')
    if (format === 'local' && typeof value === 'string' && value !== '') return money.local(value)
    return formatValue(value, format, locale)
  }
}

function formatValue(value: unknown, format: FieldFormat, locale: Locale): string {
  if (value === null || value === undefined || value === '') return '—'
  if (typeof value !== 'string')
    return Array.isArray(value) ? value.map(String).join(', ') || '—' : JSON.stringify(value)
  if (format === 'money') return formatMoney(value, locale)
  if (format === 'amount') return formatDecimal(value, locale)
  return format === 'rate' ? `${formatDecimal(value, locale)} %` : value
}
