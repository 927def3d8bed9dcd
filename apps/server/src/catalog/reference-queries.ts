import type { Reference, ReferenceKind } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

/** A place in a list, which is ordered by the name's beginning and then by id. */
export interface ReferencePosition {
  sortName: string
  cianboxId: string
}

/** Characters of a name that its order depends on: so many, so that every place fits into a cursor. */
export const SORT_NAME_LENGTH = 100

/** What the source lists of a kind, in order, after a place in the list. */
export async function listReferences(
  tx: Tx,
  tenantId: string,
  kind: ReferenceKind,
  limit: number,
  after: ReferencePosition | null,
): Promise<(Reference & { sortName: string })[]> {
  const { rows } = await tx.query<Reference & { sortName: string }>(
    `SELECT cianbox_id::text AS "cianboxId", name, is_active AS "isActive", parent_id::text AS "parentId",
            CASE WHEN kind = 'exchange_rates' THEN nullif(btrim(raw ->> 'simbolo'), '') END AS symbol,
            kind = 'exchange_rates' AND coalesce(raw ->> 'principal' IN ('true', '1'), false) AS "isLocal",
            left(name, ${SORT_NAME_LENGTH}) AS "sortName"
       FROM catalog.reference_items
      WHERE tenant_id = $1 AND kind = $2 AND retired_at IS NULL
        AND ($3::text IS NULL OR (left(name, ${SORT_NAME_LENGTH}), cianbox_id) > ($3, $4::bigint))
      ORDER BY left(name, ${SORT_NAME_LENGTH}), cianbox_id LIMIT $5`,
    [tenantId, kind, after?.sortName ?? null, after?.cianboxId ?? null, limit],
  )
  return rows
}
