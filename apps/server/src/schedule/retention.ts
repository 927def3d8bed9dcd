import { type Pool, type Tx, withMaintenance, withTenant } from '../db/pool.js'

/** How long the traces of runs are kept, in days. */
export interface Retention {
  /** Of `catalog.product_changes`, and with it the history of prices and stock. */
  changesDays: number
}

const FULL_LOG_DAYS = 30
const RUN_DAYS = 365
/** Most rows that one transaction deletes. */
const BATCH = 5000
const DAY_MS = 24 * 3600_000

/**
 * Deletes what has been kept long enough, of all tenants, in short transactions. Of the log of an ended
 * run its start, last progress and ending stay as long as the run: all that a viewer is ever sent.
 */
export async function applyRetention(pool: Pool, retention: Retention, at: Date): Promise<void> {
  const before = (days: number) => new Date(at.getTime() - days * DAY_MS)
  for (const tenantId of await listTenants(pool)) {
    const repeatedly = async (step: (tx: Tx) => Promise<number>) => {
      while ((await withTenant(pool, tenantId, (tx) => alone(tx, tenantId, step))) >= BATCH);
    }
    await repeatedly((tx) => deleteChanges(tx, tenantId, before(retention.changesDays)))
    await repeatedly((tx) => deleteRuns(tx, tenantId, before(RUN_DAYS)))
    await repeatedly((tx) => trimLogs(tx, tenantId, before(FULL_LOG_DAYS)))
    await repeatedly((tx) => deleteLeftovers(tx, tenantId, before(1)))
  }
}

/** Two nodes at the same rows would wait for each other; the one that comes second has nothing to do. */
async function alone(tx: Tx, tenantId: string, step: (tx: Tx) => Promise<number>): Promise<number> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('espejo retention ' || $1, 0)) AS locked`,
    [tenantId],
  )
  return rows[0]?.locked ? step(tx) : 0
}

function listTenants(pool: Pool): Promise<string[]> {
  return withMaintenance(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string }>('SELECT tenant_id AS id FROM app.tenants ORDER BY 1')
    return rows.map(({ id }) => id)
  })
}

/** Ids rise with time, so the oldest are the first of the primary key: no index of times is needed. */
async function deleteChanges(tx: Tx, tenantId: string, before: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM catalog.product_changes WHERE tenant_id = $1 AND change_id IN (
       SELECT change_id FROM (
         SELECT change_id, changed_at FROM catalog.product_changes
          WHERE tenant_id = $1 ORDER BY change_id LIMIT $3) oldest
        WHERE changed_at < $2)`,
    [tenantId, before, BATCH],
  )
  return rowCount ?? 0
}

/** With everything that hangs on them. A run's events alone can be thousands, so only a few at a time. */
async function deleteRuns(tx: Tx, tenantId: string, before: Date): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM app.runs WHERE tenant_id = $1 AND run_id IN (
       SELECT run_id FROM app.runs WHERE tenant_id = $1 AND created_at < $2 AND ended_at < $2
        ORDER BY created_at LIMIT 50)`,
    [tenantId, before],
  )
  return rowCount === 50 ? BATCH : 0
}

async function trimLogs(tx: Tx, tenantId: string, before: Date): Promise<number> {
  const { rows } = await tx.query<{ trimmed: number }>(
    `WITH ended AS (
       UPDATE app.runs SET is_trimmed = true WHERE tenant_id = $1 AND run_id IN (
         SELECT run_id FROM app.runs WHERE tenant_id = $1 AND NOT is_trimmed AND ended_at < $2
          ORDER BY ended_at LIMIT 50)
       RETURNING run_id, seq),
     gone AS (
       DELETE FROM app.run_events e USING ended
        WHERE e.tenant_id = $1 AND e.run_id = ended.run_id AND e.seq > 1 AND e.seq < ended.seq - 1)
     SELECT count(*)::int AS trimmed FROM ended`,
    [tenantId, before],
  )
  return rows[0]?.trimmed === 50 ? BATCH : 0
}

/** Used tickets that have expired, and the pages that a run which did not complete left as evidence. */
async function deleteLeftovers(tx: Tx, tenantId: string, before: Date): Promise<number> {
  await tx.query('DELETE FROM app.used_tickets WHERE tenant_id = $1 AND expires_at < $2', [tenantId, before])
  await tx.query(
    `DELETE FROM app.run_pages p USING app.runs r
      WHERE p.tenant_id = $1 AND r.tenant_id = $1 AND r.run_id = p.run_id AND r.ended_at < $2`,
    [tenantId, before],
  )
  return 0
}
