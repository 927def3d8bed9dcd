import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, type Tx, withMaintenance, withTenant } from '../db/pool.js'

/** How long the traces of runs are kept, in days. */
export interface Retention {
  /** Of `catalog.product_changes`, and with it the history of prices and stock. */
  changesDays: number
}

const FULL_LOG_DAYS = 30
const RUN_DAYS = 365
const LEFTOVER_DAYS = 1
/** Most rows of the change log that one transaction deletes. */
const CHANGES_BATCH = 5000
/** Most runs. The events of a single one can be thousands. */
const RUNS_BATCH = 50
const DAY_MS = 24 * 3600_000

/** What is older than these is deleted. */
interface Limits {
  changes: Date
  runs: Date
  logs: Date
  leftovers: Date
}

/**
 * Deletes what has been kept long enough, by the database's clock: one query finds the tenants that have any of
 * it, and each of those gets short transactions until nothing is left. Of the log of an ended run its start,
 * last progress and ending stay as long as the run: all that a viewer is ever sent.
 */
export async function applyRetention(pool: Pool, retention: Retention, clock: DatabaseClock): Promise<void> {
  const { limits, tenants } = await withMaintenance(pool, async (tx) => {
    const limits = limitsAt(await clock(tx), retention)
    return { limits, tenants: await tenantsToClean(tx, limits) }
  })
  for (const tenantId of tenants) {
    while (await withTenant(pool, tenantId, (tx) => cleanSome(tx, tenantId, limits)));
  }
}

function limitsAt(at: Date, { changesDays }: Retention): Limits {
  const before = (days: number) => new Date(at.getTime() - days * DAY_MS)
  return {
    changes: before(changesDays),
    runs: before(RUN_DAYS),
    logs: before(FULL_LOG_DAYS),
    leftovers: before(LEFTOVER_DAYS),
  }
}

async function tenantsToClean(tx: Tx, { changes, runs, logs, leftovers }: Limits): Promise<string[]> {
  const { rows } = await tx.query<{ tenantId: string }>(
    'SELECT t AS "tenantId" FROM app.tenants_to_clean($1, $2, $3, $4) AS t',
    [changes, runs, logs, leftovers],
  )
  return rows.map(({ tenantId }) => tenantId)
}

/**
 * One batch of each kind.
 * @returns whether there is more. Not when another process is at the same tenant, which would only wait for us.
 */
async function cleanSome(tx: Tx, tenantId: string, limits: Limits): Promise<boolean> {
  const { rows } = await tx.query<{ isLocked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('espejo retention ' || $1, 0)) AS "isLocked"`,
    [tenantId],
  )
  if (!rows[0]?.isLocked) return false
  const batches = [
    await deleteChanges(tx, tenantId, limits.changes),
    await deleteRuns(tx, tenantId, limits.runs),
    await trimLogs(tx, tenantId, limits.logs),
  ]
  await deleteLeftovers(tx, tenantId, limits.leftovers)
  return batches.some((isFull) => isFull)
}

/** Ids rise with time, so the oldest are the first of the primary key: no index of times is needed. */
async function deleteChanges(tx: Tx, tenantId: string, before: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `DELETE FROM catalog.product_changes WHERE tenant_id = $1 AND change_id IN (
       SELECT change_id FROM (
         SELECT change_id, changed_at FROM catalog.product_changes
          WHERE tenant_id = $1 ORDER BY change_id LIMIT $3) oldest
        WHERE changed_at < $2)`,
    [tenantId, before, CHANGES_BATCH],
  )
  return rowCount === CHANGES_BATCH
}

/** With everything that hangs on them. */
async function deleteRuns(tx: Tx, tenantId: string, before: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `DELETE FROM app.runs WHERE tenant_id = $1 AND run_id IN (
       SELECT run_id FROM app.runs WHERE tenant_id = $1 AND created_at < $2 AND ended_at < $2
        ORDER BY created_at LIMIT $3)`,
    [tenantId, before, RUNS_BATCH],
  )
  return rowCount === RUNS_BATCH
}

async function trimLogs(tx: Tx, tenantId: string, before: Date): Promise<boolean> {
  const { rows } = await tx.query<{ trimmed: number }>(
    `WITH ended AS (
       UPDATE app.runs SET is_trimmed = true WHERE tenant_id = $1 AND run_id IN (
         SELECT run_id FROM app.runs WHERE tenant_id = $1 AND NOT is_trimmed AND ended_at < $2
          ORDER BY ended_at LIMIT $3)
       RETURNING run_id, seq),
     gone AS (
       DELETE FROM app.run_events e USING ended
        WHERE e.tenant_id = $1 AND e.run_id = ended.run_id AND e.seq > 1 AND e.seq < ended.seq - 1)
     SELECT count(*)::int AS trimmed FROM ended`,
    [tenantId, before, RUNS_BATCH],
  )
  return rows[0]?.trimmed === RUNS_BATCH
}

/** Used tickets that have expired, and the pages that a run which did not complete left as evidence. */
async function deleteLeftovers(tx: Tx, tenantId: string, before: Date): Promise<void> {
  await tx.query('DELETE FROM app.used_tickets WHERE tenant_id = $1 AND expires_at < $2', [tenantId, before])
  await tx.query(
    `DELETE FROM app.run_pages p USING app.runs r
      WHERE p.tenant_id = $1 AND r.tenant_id = $1 AND r.run_id = p.run_id AND r.ended_at < $2`,
    [tenantId, before],
  )
}
