import type { Product } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { foldText } from './fold-text.js'
import { PRODUCT_COLUMNS, type ProductRow, toProduct } from './product-row.js'

export interface ProductFilter {
  /** Every word must occur in name, SKU, barcode or brand; or the whole text is a SKU or barcode. */
  search?: string | undefined
  brandId?: string | undefined
  categoryId?: string | undefined
  active?: boolean | undefined
  /** True: only retired products; false: only the others. */
  retired: boolean
}

/** A position in the list, which is ordered by search text and then by id. */
export interface ProductPosition {
  searchText: string
  cianboxId: string
}

export interface ProductPage {
  items: Product[]
  /** Position of the last item; null on the last page. */
  next: ProductPosition | null
}

/** The products that match a filter, in order, after a position in the list. */
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
 * Selects the ids of the page first, from the index of the order, and then reads prices and stock for these rows only.
 * One row more than `limit` shows whether another page follows.
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
 * Matches by words and by whole codes as a union: the former uses the index of the order, the latter the indexes of SKU
 * and barcode, which have codes that were cut off from the search text.
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

/** Escapes a word for LIKE. */
function escapeLike(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}
