import type { Requester } from '../http/requester.js'
import type { Dialect } from '../parse/envelope.js'
import { parseReferencePage, type ReferenceItems, type ReferenceKind } from '../parse/reference.js'
import type { SourceReject } from '../parse/source-product.js'
import { fetchAllPages } from './fetch-all-pages.js'
import { MAX_PER_REQUEST } from './products.js'

/** A complete reference list, without duplicates. */
export interface ReferenceList<K extends ReferenceKind> {
  items: ReferenceItems[K][]
  rejects: SourceReject[]
}

const ROUTES: Record<ReferenceKind, string> = {
  categories: '/productos/categorias',
  brands: '/productos/marcas',
  price_lists: '/productos/listas',
  seasons: '/productos/temporadas',
  branches: '/productos/sucursales',
  exchange_rates: '/general/cotizaciones',
}
/** 100,000 entries, more than any reference list has. */
const MAX_PAGES = 500

/** Reads a complete reference list: see {@link fetchAllPages}. */
export async function listReference<K extends ReferenceKind>(
  request: Requester,
  dialect: Dialect,
  kind: K,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ReferenceList<K>> {
  const route = ROUTES[kind]
  const limit = MAX_PER_REQUEST
  const items = new Map<string, ReferenceItems[K]>()
  const rejects: SourceReject[] = []
  const pages = fetchAllPages({
    route,
    maxPages: MAX_PAGES,
    fetchPage: async (page) => {
      const { json } = await request({
        method: 'GET',
        route,
        query: { page, limit, order: 'id-asc' },
        signal,
      })
      return parseReferencePage(json, kind, dialect, { requestedPage: page, limit })
    },
    keysOf: ({ items, rejects }) => [
      ...items.map((item) => item.id),
      ...rejects.map((reject) => reject.id ?? JSON.stringify(reject.payload)),
    ],
  })
  for await (const page of pages) {
    for (const item of page.items) items.set(item.id, item)
    rejects.push(...page.rejects)
  }
  return { items: [...items.values()], rejects }
}
