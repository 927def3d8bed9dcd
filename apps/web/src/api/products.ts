import type { List, Product, ProductChange } from '@espejo/contract'
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { collectFacets } from '../lib/facets.js'
import { type ProductFilters, toProductQuery } from '../lib/product-filters.js'
import { flattenPages, pagedQuery } from './pages.js'
import { request } from './request.js'

export const PRODUCTS_KEY = ['products'] as const

const PAGE = 50
const HISTORY_PAGE = 10

/** The mirrored products that match the filters, page by page. */
export function useProducts(filters: ProductFilters) {
  const query = toProductQuery(filters)
  return useInfiniteQuery({
    ...pagedQuery<List<Product>>([...PRODUCTS_KEY, 'list', query], '/api/products', {
      ...query,
      limit: PAGE,
    }),
    select: (data) => flattenPages(data.pages, (product) => product.cianboxId),
    placeholderData: keepPreviousData,
  })
}

/** One product, with its price lists and its stock by branch. */
export function useProduct(cianboxId: string) {
  return useQuery({
    queryKey: [...PRODUCTS_KEY, 'one', cianboxId],
    queryFn: ({ signal }) =>
      request<Product>('GET', `/api/products/${encodeURIComponent(cianboxId)}`, { signal }),
  })
}

/** The changes of a product, newest first. */
export function useProductHistory(cianboxId: string) {
  return useInfiniteQuery({
    ...pagedQuery<List<ProductChange>>(
      [...PRODUCTS_KEY, 'history', cianboxId],
      `/api/products/${encodeURIComponent(cianboxId)}/history`,
      { limit: HISTORY_PAGE },
    ),
    select: (data) => flattenPages(data.pages, (change) => change.changeId),
  })
}

/** The brands and categories of all products in the query cache, as filter options. */
export function useFacets(locale: string) {
  const client = useQueryClient()
  const lists = client.getQueriesData<InfiniteData<List<Product>>>({ queryKey: [...PRODUCTS_KEY, 'list'] })
  const products = lists.flatMap(([, data]) => data?.pages.flatMap((page) => page.items) ?? [])
  return collectFacets(products, locale)
}
