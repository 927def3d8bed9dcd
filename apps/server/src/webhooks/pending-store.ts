import type { Tx } from '../db/pool.js'

/** A tenant's pending product ids (`app.pending_products`). */
export interface Pending {
  ids: string[]
  /** When the oldest and the newest notification of any pending id arrived. */
  firstAt: Date
  lastAt: Date
}

/** Adds ids of products to fetch again. An id that is pending already is not duplicated. */
export async function addPending(tx: Tx, tenantId: string, ids: readonly string[], at: Date): Promise<void> {
  await tx.query(
    `INSERT INTO app.pending_products (tenant_id, cianbox_id, first_received_at, last_received_at)
     SELECT $1, id, $3, $3 FROM unnest($2::bigint[]) AS id ORDER BY id
     ON CONFLICT (tenant_id, cianbox_id) DO UPDATE SET last_received_at = excluded.last_received_at`,
    [tenantId, ids, at],
  )
}

/** The ids that have been pending longest, up to `limit`; null: none. */
export async function readPending(tx: Tx, tenantId: string, limit: number): Promise<Pending | null> {
  const { rows } = await tx.query<{ ids: string[] | null; firstAt: Date; lastAt: Date }>(
    `SELECT min(first_received_at) AS "firstAt", max(last_received_at) AS "lastAt",
            (SELECT array_agg(cianbox_id::text) FROM (
               SELECT cianbox_id FROM app.pending_products WHERE tenant_id = $1
                ORDER BY first_received_at, cianbox_id LIMIT $2) oldest) AS ids
       FROM app.pending_products WHERE tenant_id = $1`,
    [tenantId, limit],
  )
  const found = rows[0]
  return found?.ids ? { ids: found.ids, firstAt: found.firstAt, lastAt: found.lastAt } : null
}

/** Assigns pending ids to a run that was started in this transaction: `notified_ids` becomes `carried`. */
export async function assignToRun(
  tx: Tx,
  tenantId: string,
  runId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query(`UPDATE app.runs SET notified_ids = 'carried' WHERE tenant_id = $1 AND run_id = $2`, [
    tenantId,
    runId,
  ])
  await tx.query(
    'DELETE FROM app.pending_products WHERE tenant_id = $1 AND cianbox_id = ANY ($2::bigint[])',
    [tenantId, ids],
  )
}

/**
 * Requeues the ids of runs that ended without completing, as received at `at`: `notified_ids` becomes `returned`, or
 * `mirrored` when the run completed. Ids that a person refused to retire are not requeued: another run by ids would
 * open the same guard again, so the next full run handles them.
 */
export async function requeueUnfinished(tx: Tx, tenantId: string, at: Date): Promise<void> {
  await tx.query(
    `WITH ended AS (
       UPDATE app.runs SET notified_ids = CASE status WHEN 'complete' THEN 'mirrored' ELSE 'returned' END
        WHERE tenant_id = $1 AND notified_ids = 'carried' AND status IN ('complete', 'error', 'cancelled')
        RETURNING run_id, notified_ids, requested_ids)
     INSERT INTO app.pending_products (tenant_id, cianbox_id, first_received_at, last_received_at)
     SELECT DISTINCT $1, id, $2::timestamptz, $2::timestamptz
       FROM ended, unnest(requested_ids) AS id
      WHERE notified_ids = 'returned' AND id BETWEEN 1 AND 9007199254740991
     EXCEPT
     SELECT $1, id, $2::timestamptz, $2::timestamptz
       FROM ended JOIN app.run_guards g USING (run_id), unnest(g.ids) AS id
      WHERE g.tenant_id = $1 AND g.subject = 'products' AND g.decision IN ('refused', 'expired')
     ON CONFLICT DO NOTHING`,
    [tenantId, at],
  )
}

/** The number of consecutive runs by notified ids that failed, and when the last of them ended. */
export async function consecutiveFailures(
  tx: Tx,
  tenantId: string,
): Promise<{ count: number; lastAt: Date | null }> {
  const { rows } = await tx.query<{ count: number; lastAt: Date | null }>(
    `SELECT count(*)::int AS count, max(ended_at) AS "lastAt" FROM app.runs
      WHERE tenant_id = $1 AND notified_ids = 'returned' AND created_at > coalesce(
        (SELECT max(created_at) FROM app.runs WHERE tenant_id = $1 AND notified_ids = 'mirrored'), '-infinity')`,
    [tenantId],
  )
  return rows[0] ?? { count: 0, lastAt: null }
}

/** Whether an active run has notified ids assigned. */
export async function hasAssignedRun(tx: Tx, tenantId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM app.runs WHERE tenant_id = $1 AND notified_ids = 'carried' LIMIT 1`,
    [tenantId],
  )
  return rowCount !== 0
}
