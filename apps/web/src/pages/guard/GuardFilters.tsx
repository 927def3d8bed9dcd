import { useTranslation } from 'react-i18next'
import type { GuardFilter, LoadedGuard } from '../../api/guard.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatCount } from '../../lib/format.js'
import { cx } from '../../ui/cx.js'
import { SearchField } from '../products/SearchField.js'

/** Categories shown as filters. The search covers the rest. */
const VISIBLE_COUNT = 4

/** The search field, and the number of items of each category. */
export function GuardFilters({
  guard,
  filter,
  onChange,
}: {
  guard: LoadedGuard
  filter: GuardFilter
  onChange: (filter: GuardFilter) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const rest = guard.breakdown.slice(VISIBLE_COUNT)

  return (
    <div className="flex flex-col gap-3 px-5 py-4">
      <SearchField
        label={t('guard.search', { n: guard.count })}
        placeholder={t('products.searchHint')}
        value={filter.search}
        onChange={(search) => onChange({ ...filter, search })}
        className="max-w-xl"
      />
      {guard.breakdown.length > 1 && (
        <fieldset className="flex min-w-0 flex-wrap items-center gap-2">
          <legend className="sr-only">{t('products.category')}</legend>
          <Chip isOn={filter.category === null} onClick={() => onChange({ ...filter, category: null })}>
            {t('guard.allCategories')}
          </Chip>
          {guard.breakdown.slice(0, VISIBLE_COUNT).map(({ name, count }) =>
            name === null ? (
              <span key="none" className="px-1 text-sm text-muted tabular-nums">
                {t('guard.noCategory')} {formatCount(count, locale)}
              </span>
            ) : (
              <Chip
                key={name}
                isOn={filter.category === name}
                onClick={() => onChange({ ...filter, category: name })}
              >
                {name} {formatCount(count, locale)}
              </Chip>
            ),
          )}
          {rest.length > 0 && (
            <span className="text-sm text-muted">{t('guard.moreCategories', { n: rest.length })}</span>
          )}
        </fieldset>
      )}
    </div>
  )
}

function Chip({
  isOn,
  onClick,
  children,
}: {
  isOn: boolean
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={cx(
        'min-h-11 rounded-md border px-3 text-sm tabular-nums wrap-anywhere sm:min-h-9',
        isOn
          ? 'border-accent bg-accent-soft font-medium text-accent'
          : 'border-line-strong/60 bg-surface text-ink hover:bg-sunken',
      )}
    >
      {children}
    </button>
  )
}
