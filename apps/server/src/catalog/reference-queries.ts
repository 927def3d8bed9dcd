import type { Reference, ReferenceKind } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

/** A position in a list, which is ordered by the beginning of the name and then by id. */
export interface ReferencePosition {
  sortName: string
  cianboxId: string
}

/** Characters of a name that determine the order: limited, so that every position fits into a cursor. */
export const SORT_NAME_LENGTH = 100

/** The items of a list that are not retired, in order, after a position. */
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
