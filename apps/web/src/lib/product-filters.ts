/** The filters of the products table. They are part of the address, so that a view can be shared. */
export interface ProductFilters {
  search: string
  brandId: string
  categoryId: string
  state: ProductState
}

export const PRODUCT_STATES = ['all', 'active', 'inactive', 'retired'] as const
export type ProductState = (typeof PRODUCT_STATES)[number]

export const NO_FILTERS: ProductFilters = { search: '', brandId: '', categoryId: '', state: 'all' }

/** Reads the filters from an address. Missing and unknown values filter nothing. */
export function readFilters(params: URLSearchParams): ProductFilters {
  const state = params.get('state')
  return {
    search: params.get('search') ?? '',
    brandId: readId(params.get('brandId')),
    categoryId: readId(params.get('categoryId')),
    state: PRODUCT_STATES.find((known) => known === state) ?? 'all',
  }
}

/** Writes the filters to an address, without those that filter nothing. */
export function writeFilters(filters: ProductFilters): URLSearchParams {
  const params = new URLSearchParams()
  if (filters.search !== '') params.set('search', filters.search)
  if (filters.brandId !== '') params.set('brandId', filters.brandId)
  if (filters.categoryId !== '') params.set('categoryId', filters.categoryId)
  if (filters.state !== 'all') params.set('state', filters.state)
  return params
}

/** The query parameters of `GET /api/products`. */
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

/** The number of active filters. */
export function countFilters(filters: ProductFilters): number {
  return Object.keys(toProductQuery(filters)).length
}

/** Cianbox ids are digits; the API refuses anything else. */
function readId(value: string | null): string {
  return value !== null && /^\d{1,18}$/.test(value) ? value : ''
}
