import type { Guard, GuardItem } from '@espejo/contract'
import { foldText } from '../catalog/fold-text.js'
import type { Tx } from '../db/pool.js'
import type { GuardTopic } from './guard-store.js'

/** A position in the list of a guard's items, which is ordered by name and then by id. */
export interface GuardPosition {
  sortText: string
  cianboxId: string
}

export interface GuardFilter {
  /** Every word must occur in the name; of products the whole text may also be a SKU or barcode. */
  search?: string | undefined
  /** Products only: the category's name. */
  category?: string | undefined
}

/** The items of a guard, in order, after a position in the list. */
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

/** Only the largest categories are returned. */
const MAX_CATEGORIES = 100

/** Items per category, the largest first; empty for reference lists, which have no category. */
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
    [tenantId, runId, kind, subject, MAX_CATEGORIES],
  )
  return rows
}

/** Items of the guard `$1` to `$4`. An item that is not in the mirror has its id only. */
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
