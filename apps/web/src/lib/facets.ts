import type { Product } from '@espejo/contract'

export interface FacetOption {
  id: string
  name: string
}

/** The brands and categories among products, each once, by name. */
export function collectFacets(
  products: Iterable<Pick<Product, 'brandId' | 'brandName' | 'categoryId' | 'categoryName'>>,
  locale: string,
): { brands: FacetOption[]; categories: FacetOption[] } {
  const brands = new Map<string, FacetOption>()
  const categories = new Map<string, FacetOption>()
  for (const { brandId, brandName, categoryId, categoryName } of products) {
    if (brandId !== null) brands.set(brandId, { id: brandId, name: brandName ?? brandId })
    if (categoryId !== null) categories.set(categoryId, { id: categoryId, name: categoryName ?? categoryId })
  }
  return { brands: byName(brands, locale), categories: byName(categories, locale) }
}

/** Options with the chosen one always among them, so that a shared address shows its filter. */
export function withChosen(options: readonly FacetOption[], id: string): readonly FacetOption[] {
  return id === '' || options.some((option) => option.id === id) ? options : [...options, { id, name: id }]
}

function byName(options: ReadonlyMap<string, FacetOption>, locale: string): FacetOption[] {
  const { compare } = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  return [...options.values()].sort((a, b) => compare(a.name, b.name))
}
