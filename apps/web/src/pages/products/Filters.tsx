import type { ReferenceKind } from '@espejo/contract'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFacets } from '../../api/products.js'
import { useReferences } from '../../api/references.js'
import { useLocale } from '../../i18n/i18n.js'
import {
  countFilters,
  NO_FILTERS,
  PRODUCT_STATES,
  type ProductFilters,
  type ProductState,
} from '../../lib/product-filters.js'
import { matchOptions, toOptions, withOthers } from '../../lib/references.js'
import { Button } from '../../ui/Button.js'
import { ComboboxField } from '../../ui/ComboboxField.js'
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
  const locale = useLocale()
  const facets = useFacets(locale)
  const brands = useOptions('brands')
  const categories = useOptions('categories')
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
      <ComboboxField
        label={t('products.brand')}
        allLabel={t('products.allBrands')}
        emptyLabel={t('products.noOption')}
        options={withOthers(brands, facets.brands)}
        match={matchOptions}
        value={filters.brandId}
        onChange={(brandId) => change({ brandId })}
      />
      <ComboboxField
        label={t('products.category')}
        allLabel={t('products.allCategories')}
        emptyLabel={t('products.noOption')}
        options={withOthers(categories, facets.categories)}
        match={matchOptions}
        value={filters.categoryId}
        onChange={(categoryId) => change({ categoryId })}
      />
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

function useOptions(kind: ReferenceKind) {
  const locale = useLocale()
  const { data } = useReferences(kind)
  return useMemo(() => toOptions(data ?? [], locale), [data, locale])
}
