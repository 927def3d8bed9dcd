import { useTranslation } from 'react-i18next'
import { useFacets } from '../../api/products.js'
import { useLocale } from '../../i18n/i18n.js'
import { withChosen } from '../../lib/facets.js'
import {
  countFilters,
  NO_FILTERS,
  PRODUCT_STATES,
  type ProductFilters,
  type ProductState,
} from '../../lib/product-filters.js'
import { Button } from '../../ui/Button.js'
import { SelectField } from '../../ui/Field.js'
import { SearchField } from './SearchField.js'

export function Filters({
  filters,
  onChange,
}: {
  filters: ProductFilters
  onChange: (filters: ProductFilters) => void
}) {
  const { t } = useTranslation()
  const { brands, categories } = useFacets(useLocale())
  const change = (part: Partial<ProductFilters>) => onChange({ ...filters, ...part })

  return (
    <search
      aria-label={t('products.filters')}
      className="grid grid-cols-2 items-end gap-3 lg:grid-cols-[2fr_1fr_1fr_1fr_auto]"
    >
      <SearchField
        className="col-span-2 lg:col-span-1"
        label={t('products.search')}
        placeholder={t('products.searchHint')}
        value={filters.search}
        onChange={(search) => change({ search })}
      />
      <SelectField
        label={t('products.brand')}
        value={filters.brandId}
        onChange={(event) => change({ brandId: event.target.value })}
      >
        <option value="">{t('products.allBrands')}</option>
        {withChosen(brands, filters.brandId).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t('products.category')}
        value={filters.categoryId}
        onChange={(event) => change({ categoryId: event.target.value })}
      >
        <option value="">{t('products.allCategories')}</option>
        {withChosen(categories, filters.categoryId).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t('products.state')}
        value={filters.state}
        onChange={(event) => change({ state: event.target.value as ProductState })}
      >
        {PRODUCT_STATES.map((state) => (
          <option key={state} value={state}>
            {t(`productState.${state}`)}
          </option>
        ))}
      </SelectField>
      <Button tone="quiet" disabled={countFilters(filters) === 0} onClick={() => onChange(NO_FILTERS)}>
        {t('products.clear')}
      </Button>
    </search>
  )
}
