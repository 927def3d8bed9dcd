import { CianboxError } from '../errors.js'
import type { Requester } from '../http/requester.js'
import type { JsonResponse } from '../http/response.js'
import type { Dialect } from '../parse/envelope.js'
import {
  type ProductPage,
  type ProductRow,
  type ProductRowPage,
  parseProductPage,
  parseProductRows,
  productRowId,
  readProductRows,
} from '../parse/product-page.js'
import { fetchAllPages } from './fetch-all-pages.js'

/** The greatest number of ids, and of rows, per request. */
export const MAX_PER_REQUEST = 200
const PRODUCTS_ROUTE = '/productos'

export type ProductOrder =
  | 'id-asc'
  | 'id-desc'
  | 'create-date-asc'
  | 'create-date-desc'
  | 'modified-date-asc'
  | 'modified-date-desc'

export interface ProductQuery {
  /** From 1. */
  page: number
  /** Rows per page. Cianbox allows up to 200. */
  limit: number
  order?: ProductOrder
  /** Only these fields, by Cianbox's names; must include `id` and the name. @defaultValue all */
  fields?: string[]
  signal?: AbortSignal
}

export interface ProductsByIdOptions {
  /** @defaultValue `id-asc` */
  order?: 'id-asc' | 'id-desc'
  fields?: string[]
  /** Requests in total while the server answers with errors. @defaultValue as the client's retry policy says */
  serverErrorAttempts?: number
  signal?: AbortSignal
}

/** One page of the catalogue, with unparsed rows. */
export async function listProductRows(
  request: Requester,
  dialect: Dialect,
  query: ProductQuery,
): Promise<ProductRowPage> {
  return readProductRows(await requestPage(request, query), dialect, query.limit)
}

/** One page of the catalogue. */
export async function listProducts(
  request: Requester,
  dialect: Dialect,
  query: ProductQuery,
): Promise<ProductPage> {
  const { json } = await requestPage(request, query)
  return parseProductPage(json, dialect, { requestedPage: query.page, limit: query.limit })
}

function requestPage(
  request: Requester,
  { page, limit, order, fields, signal }: ProductQuery,
): Promise<JsonResponse> {
  const query = { page, limit, order, fields: fields?.join(',') }
  return request({ method: 'GET', route: PRODUCTS_ROUTE, query, signal })
}

/** The unparsed rows of products by id, in as many requests as needed. Unknown ids are absent. */
export async function getProductRows(
  request: Requester,
  dialect: Dialect,
  ids: readonly string[],
  options: ProductsByIdOptions = {},
): Promise<ProductRow[]> {
  const unique = [...new Set(ids)]
  if (unique.some((id) => !/^\d{1,16}$/.test(id))) {
    throw new CianboxError('bad_request', 'Product ids must be strings of digits')
  }
  const all: ProductRow[] = []
  for (let start = 0; start < unique.length; start += MAX_PER_REQUEST) {
    const chunk = unique.slice(start, start + MAX_PER_REQUEST)
    let received = 0
    for await (const { rows } of pagesOfIds(request, dialect, chunk, options)) {
      received += rows.length
      if (received > chunk.length) {
        throw new CianboxError('invalid_response', `${PRODUCTS_ROUTE} sent more rows than the requested ids`)
      }
      all.push(...rows)
    }
  }
  return all
}

/** Products by id, as one page. Unknown ids are absent. */
export async function getProducts(
  request: Requester,
  dialect: Dialect,
  ids: readonly string[],
  options: ProductsByIdOptions = {},
): Promise<ProductPage> {
  const rows = await getProductRows(request, dialect, ids, options)
  const raws = rows.map(({ raw }) => raw)
  return { ...parseProductRows(raws, dialect, 1), page: 1, totalPages: 1, received: rows.length }
}

/** Usually one page; more if the server's pages have fewer rows than the requested ids. */
function pagesOfIds(
  request: Requester,
  dialect: Dialect,
  ids: readonly string[],
  { fields, order = 'id-asc', serverErrorAttempts, signal }: ProductsByIdOptions,
): AsyncGenerator<ProductRowPage & { received: number }> {
  const limit = MAX_PER_REQUEST
  return fetchAllPages({
    route: PRODUCTS_ROUTE,
    maxPages: ids.length + 1,
    expected: ids.length,
    keysOf: ({ rows }) => rows.map(({ raw, json }) => productRowId(raw) ?? json),
    fetchPage: async (page) => {
      const query = { id: ids.join(','), page, limit, order, fields: fields?.join(',') }
      const response = await request({
        method: 'GET',
        route: PRODUCTS_ROUTE,
        query,
        serverErrorAttempts,
        signal,
      })
      const found = readProductRows(response, dialect, limit)
      return { ...found, received: found.rows.length }
    },
  })
}
