import type { Product } from '@espejo/contract'
import type { Option } from './references.js'

/** The distinct brands and categories of products, sorted by name. */
export function collectFacets(
  products: Iterable<Pick<Product, 'brandId' | 'brandName' | 'categoryId' | 'categoryName'>>,
  locale: string,
): { brands: Option[]; categories: Option[] } {
  const brands = new Map<string, Option>()
  const categories = new Map<string, Option>()
  for (const { brandId, brandName, categoryId, categoryName } of products) {
    if (brandId !== null) brands.set(brandId, { id: brandId, name: brandName ?? brandId })
    if (categoryId !== null) categories.set(categoryId, { id: categoryId, name: categoryName ?? categoryId })
  }
  return { brands: byName(brands, locale), categories: byName(categories, locale) }
}

function byName(options: ReadonlyMap<string, Option>, locale: string): Option[] {
  const { compare } = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  return [...options.values()].sort((a, b) => compare(a.name, b.name))
}
