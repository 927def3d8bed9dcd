import type { Product } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { foldText } from './fold-text.js'
import { PRODUCT_COLUMNS, type ProductRow, toProduct } from './product-row.js'

export interface ProductFilter {
  /** Every word must occur in name, SKU, barcode or brand; or the whole of it is a SKU or barcode. */
  search?: string | undefined
  brandId?: string | undefined
  categoryId?: string | undefined
  active?: boolean | undefined
  /** Only what the source no longer lists, or only what it does. */
  retired: boolean
}

/** A place in the list, which is ordered by search text and then by id. */
export interface ProductPosition {
  searchText: string
  cianboxId: string
}

export interface ProductPage {
  items: Product[]
  /** Where the next page starts after; null on the last page. */
  next: ProductPosition | null
}

/** The products that a filter lets through, in order, after a place in the list. */
export async function listProducts(
  tx: Tx,
  tenantId: string,
  filter: ProductFilter,
  limit: number,
  after: ProductPosition | null,
): Promise<ProductPage> {
  const { text, values } = listStatement(tenantId, filter, limit, after)
  const { rows } = await tx.query<ProductRow>(text, values)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(toProduct),
    next: last && rows.length > limit ? { searchText: last.searchText, cianboxId: last.cianboxId } : null,
  }
}

export async function findProduct(tx: Tx, tenantId: string, cianboxId: string): Promise<Product | null> {
  const { rows } = await tx.query<ProductRow>(
    `SELECT ${PRODUCT_COLUMNS} FROM catalog.products p WHERE p.tenant_id = $1 AND p.cianbox_id = $2`,
    [tenantId, cianboxId],
  )
  return rows[0] ? toProduct(rows[0]) : null
}

/**
 * The page's ids come first, from the order's index alone; prices and stock are read for the page
 * and no other row. One row more than the page tells whether another follows.
 */
export function listStatement(
  tenantId: string,
  filter: ProductFilter,
  limit: number,
  after: ProductPosition | null,
): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`

  const conditions = [`tenant_id = ${bind(tenantId)}`]
  conditions.push(filter.retired ? 'retired_at IS NOT NULL' : 'retired_at IS NULL')
  if (filter.active !== undefined) conditions.push(`is_active = ${bind(filter.active)}`)
  if (filter.brandId !== undefined) conditions.push(`brand_id = ${bind(filter.brandId)}`)
  if (filter.categoryId !== undefined) conditions.push(`category_id = ${bind(filter.categoryId)}`)
  if (after) {
    conditions.push(
      `(search_text, cianbox_id) > (${bind(after.searchText)}, ${bind(after.cianboxId)}::bigint)`,
    )
  }
  const narrowed = `SELECT tenant_id, cianbox_id, search_text FROM catalog.products WHERE ${conditions.join(' AND ')}`
  const order = `ORDER BY search_text, cianbox_id LIMIT ${bind(limit + 1)}`
  const text = `
    SELECT ${PRODUCT_COLUMNS}
      FROM (${searched(narrowed, order, filter.search ?? '', bind)}) page
      JOIN catalog.products p USING (tenant_id, cianbox_id)
     ORDER BY page.search_text, page.cianbox_id`
  return { text, values }
}

/**
 * Matches by words and by whole codes are looked for apart: the first in the order's index, the
 * second in the codes' own, which knows codes that the search text was too short for.
 */
function searched(narrowed: string, order: string, search: string, bind: (value: unknown) => string): string {
  const words = foldText(search)
    .split(' ')
    .filter((word) => word !== '')
  if (words.length === 0) return `${narrowed} ${order}`
  const byWords = words.map((word) => `search_text LIKE ${bind(`%${escapeLike(word)}%`)}`)
  const code = bind(search.replace(/\p{Cc}+/gu, ' ').trim())
  return `
    SELECT * FROM (
      (${narrowed} AND ${byWords.join(' AND ')} ${order})
      UNION
      (${narrowed} AND (sku = ${code} OR barcode = ${code}) ${order})
    ) matches ${order}`
}

/** A word as LIKE takes it literally. */
function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
