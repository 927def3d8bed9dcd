import type { Guard, GuardItem } from '@espejo/contract'
import { foldText } from '../catalog/fold-text.js'
import type { Tx } from '../db/pool.js'
import type { GuardTopic } from './guard-store.js'

/** A place in the list of what a guard is about, which is ordered by name and then by id. */
export interface GuardPosition {
  sortText: string
  cianboxId: string
}

export interface GuardFilter {
  /** Every word must occur in the name; or, of products, the whole of it is a SKU or barcode. */
  search?: string | undefined
  /** Of products: the category's name. */
  category?: string | undefined
}

/** What a guard is about, in order, after a place in the list. */
export async function listGuardItems(
  tx: Tx,
  tenantId: string,
  runId: string,
  topic: GuardTopic,
  filter: GuardFilter,
  limit: number,
  after: GuardPosition | null,
): Promise<(GuardItem & { sortText: string })[]> {
  const values: unknown[] = [tenantId, runId, topic.kind, topic.subject]
  const bind = (value: unknown) => `$${values.push(value)}`
  const conditions = [...searchedBy(filter.search ?? '', bind)]
  if (filter.category !== undefined) conditions.push(`"categoryName" = ${bind(filter.category)}`)
  if (after) {
    conditions.push(`("sortText", id) > (${bind(after.sortText)}, ${bind(after.cianboxId)}::bigint)`)
  }
  const { rows } = await tx.query<GuardItem & { sortText: string }>(
    `SELECT id::text AS "cianboxId", name, sku, "categoryName", price, stock, "sortText"
       FROM (${itemsOf(topic)}) item
      ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
      ORDER BY "sortText", id LIMIT ${bind(limit)}`,
    values,
  )
  return rows
}

/** Most categories that are told apart. */
const CATEGORIES = 100

/** How many of each category, the largest first; empty for what has no category. */
export async function guardBreakdown(
  tx: Tx,
  tenantId: string,
  runId: string,
  { kind, subject }: GuardTopic,
): Promise<Guard['breakdown']> {
  if (subject !== 'products') return []
  const { rows } = await tx.query<Guard['breakdown'][number]>(
    `SELECT p.category_name AS name, count(*)::int AS count
       FROM app.run_guards g CROSS JOIN LATERAL unnest(g.ids) AS shown (id)
       JOIN catalog.products p ON p.tenant_id = g.tenant_id AND p.cianbox_id = shown.id
      WHERE g.tenant_id = $1 AND g.run_id = $2 AND g.kind = $3 AND g.subject = $4
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $5`,
    [tenantId, runId, kind, subject, CATEGORIES],
  )
  return rows
}

/** Of the guard `$1` to `$4`. What the mirror does not have (any more) is listed by its id alone. */
function itemsOf({ subject }: GuardTopic): string {
  const shown = `app.run_guards g CROSS JOIN LATERAL unnest(g.ids) AS shown (id)`
  const ofGuard = 'g.tenant_id = $1 AND g.run_id = $2 AND g.kind = $3 AND g.subject = $4'
  if (subject === 'products') {
    return `
      SELECT shown.id, p.name, p.sku, p.barcode, p.category_name AS "categoryName",
             trim_scale(coalesce(p.offer_local_final, p.price))::text AS price, trim_scale(p.stock)::text AS stock,
             coalesce(p.search_text, '') AS "sortText"
        FROM ${shown}
        LEFT JOIN catalog.products p ON p.tenant_id = $1 AND p.cianbox_id = shown.id
       WHERE ${ofGuard}`
  }
  return `
    SELECT shown.id, r.name, NULL AS sku, NULL AS barcode, NULL AS "categoryName", NULL AS price, NULL AS stock,
           left(coalesce(lower(r.name), ''), 300) COLLATE "C" AS "sortText"
      FROM ${shown}
      LEFT JOIN catalog.reference_items r ON r.tenant_id = $1 AND r.kind = $4 AND r.cianbox_id = shown.id
     WHERE ${ofGuard}`
}

function searchedBy(search: string, bind: (value: unknown) => string): string[] {
  const words = foldText(search)
    .split(' ')
    .filter((word) => word !== '')
  if (words.length === 0) return []
  const byWords = words.map((word) => `"sortText" LIKE ${bind(`%${word.replace(/[\\%_]/g, '\\$&')}%`)}`)
  const code = bind(search.replace(/\p{Cc}+/gu, ' ').trim())
  return [`((${byWords.join(' AND ')}) OR sku = ${code} OR barcode = ${code})`]
}
