import type { Tx } from '../db/pool.js'

/** When the oldest of the waiting ids came, and the newest. */
export interface Pending {
  ids: string[]
  firstAt: Date
  lastAt: Date
}

/** Ids of products to be fetched again. One that waits already is not added twice. */
export async function addPending(tx: Tx, tenantId: string, ids: readonly string[], at: Date): Promise<void> {
  await tx.query(
    `INSERT INTO app.pending_products (tenant_id, cianbox_id, first_received_at, last_received_at)
     SELECT $1, id, $3, $3 FROM unnest($2::bigint[]) AS id ORDER BY id
     ON CONFLICT (tenant_id, cianbox_id) DO UPDATE SET last_received_at = excluded.last_received_at`,
    [tenantId, ids, at],
  )
}

/** Null when nothing waits; else the ids that have waited longest, up to `limit`. */
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

/** Makes a run that was started in this transaction the carrier of these ids; they wait no more. */
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
 * The ids of runs that ended without completing wait again, as if they had come at `at`. Not those that
 * a person would not have retired: their run would only ask the same again. The next full run asks.
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

/** How many runs in a row have brought their ids back, and when the last of them ended. */
export async function failuresInARow(
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

/** Whether a run is under way that carries ids of notifications. */
export async function hasAssignedRun(tx: Tx, tenantId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `SELECT FROM app.runs WHERE tenant_id = $1 AND notified_ids = 'carried' LIMIT 1`,
    [tenantId],
  )
  return rowCount !== 0
}
