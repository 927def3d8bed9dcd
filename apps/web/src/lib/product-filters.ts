/** What the products table is narrowed to. Kept in the address, so that a view can be shared. */
export interface ProductFilters {
  search: string
  brandId: string
  categoryId: string
  state: ProductState
}

export const PRODUCT_STATES = ['all', 'active', 'inactive', 'retired'] as const
export type ProductState = (typeof PRODUCT_STATES)[number]

export const NO_FILTERS: ProductFilters = { search: '', brandId: '', categoryId: '', state: 'all' }

/** Filters from an address; what is missing or unknown there filters nothing. */
export function readFilters(params: URLSearchParams): ProductFilters {
  const state = params.get('state')
  return {
    search: params.get('search') ?? '',
    brandId: readId(params.get('brandId')),
    categoryId: readId(params.get('categoryId')),
    state: PRODUCT_STATES.find((known) => known === state) ?? 'all',
  }
}

/** Filters to an address, leaving out those that filter nothing. */
export function writeFilters(filters: ProductFilters): URLSearchParams {
  const params = new URLSearchParams()
  if (filters.search !== '') params.set('search', filters.search)
  if (filters.brandId !== '') params.set('brandId', filters.brandId)
  if (filters.categoryId !== '') params.set('categoryId', filters.categoryId)
  if (filters.state !== 'all') params.set('state', filters.state)
  return params
}

/** Filters as `GET /api/products` takes them. */
export function toProductQuery(filters: ProductFilters): Record<string, string> {
  const query: Record<string, string> = {}
  const search = filters.search.trim()
  if (search !== '') query.search = search
  if (filters.brandId !== '') query.brandId = filters.brandId
  if (filters.categoryId !== '') query.categoryId = filters.categoryId
  if (filters.state === 'active') query.active = 'true'
  if (filters.state === 'inactive') query.active = 'false'
  if (filters.state === 'retired') query.retired = 'true'
  return query
}

/** How many filters narrow the list. */
export function countFilters(filters: ProductFilters): number {
  return Object.keys(toProductQuery(filters)).length
}

/** Ids of the source are digits; the API refuses anything else. */
function readId(value: string | null): string {
  return value !== null && /^\d{1,18}$/.test(value) ? value : ''
}
