import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, type Tx, withMaintenance, withTenant } from '../db/pool.js'

/** How long data is kept. */
export interface Retention {
  /** Days that `catalog.product_changes` keeps: the history of prices and stock. */
  changesDays: number
}

const FULL_LOG_DAYS = 30
const RUN_DAYS = 365
const LEFTOVER_DAYS = 1
/** Most rows of the change log deleted per transaction. */
const CHANGES_BATCH = 5000
/** Most runs deleted, or trimmed, per transaction. One run can have thousands of events. */
const RUNS_BATCH = 50
const DAY_MS = 24 * 3600_000

/** Data older than these times is deleted. */
interface Cutoffs {
  changes: Date
  runs: Date
  logs: Date
  leftovers: Date
}

/**
 * Deletes expired data, by the database's clock. One query finds the tenants that have any; each of them then has
 * short transactions until none is left. The log of an ended run is trimmed to its start, last progress and ending,
 * which are all that viewers can still receive, and these are kept as long as the run.
 */
export async function applyRetention(pool: Pool, retention: Retention, clock: DatabaseClock): Promise<void> {
  const { cutoffs, tenants } = await withMaintenance(pool, async (tx) => {
    const cutoffs = cutoffsAt(await clock(tx), retention)
    return { cutoffs, tenants: await tenantsToClean(tx, cutoffs) }
  })
  for (const tenantId of tenants) {
    let hasMore = true
    while (hasMore) hasMore = await withTenant(pool, tenantId, (tx) => deleteBatches(tx, tenantId, cutoffs))
  }
}

function cutoffsAt(at: Date, { changesDays }: Retention): Cutoffs {
  const before = (days: number) => new Date(at.getTime() - days * DAY_MS)
  return {
    changes: before(changesDays),
    runs: before(RUN_DAYS),
    logs: before(FULL_LOG_DAYS),
    leftovers: before(LEFTOVER_DAYS),
  }
}

async function tenantsToClean(tx: Tx, { changes, runs, logs, leftovers }: Cutoffs): Promise<string[]> {
  const { rows } = await tx.query<{ tenantId: string }>(
    'SELECT t AS "tenantId" FROM app.tenants_to_clean($1, $2, $3, $4) AS t',
    [changes, runs, logs, leftovers],
  )
  return rows.map(({ tenantId }) => tenantId)
}

/**
 * Deletes one batch of each kind.
 * @returns whether more may be left. False when another process is deleting for this tenant: it deletes the rest.
 */
async function deleteBatches(tx: Tx, tenantId: string, cutoffs: Cutoffs): Promise<boolean> {
  const { rows } = await tx.query<{ isLocked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('espejo retention ' || $1, 0)) AS "isLocked"`,
    [tenantId],
  )
  if (!rows[0]?.isLocked) return false
  const isFull = [
    await deleteChanges(tx, tenantId, cutoffs.changes),
    await deleteRuns(tx, tenantId, cutoffs.runs),
    await trimLogs(tx, tenantId, cutoffs.logs),
  ]
  await deleteLeftovers(tx, tenantId, cutoffs.leftovers)
  return isFull.includes(true)
}

/**
 * Ids ascend with time, so the primary key finds the oldest rows, without an index on the time.
 * @returns whether the batch was full
 */
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

/**
 * Deletes runs, and by cascade all their rows.
 * @returns whether the batch was full
 */
async function deleteRuns(tx: Tx, tenantId: string, before: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `DELETE FROM app.runs WHERE tenant_id = $1 AND run_id IN (
       SELECT run_id FROM app.runs WHERE tenant_id = $1 AND created_at < $2 AND ended_at < $2
        ORDER BY created_at LIMIT $3)`,
    [tenantId, before, RUNS_BATCH],
  )
  return rowCount === RUNS_BATCH
}

/** @returns whether the batch was full */
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

/** Deletes expired used tickets, and the pages of runs that ended without completing. */
async function deleteLeftovers(tx: Tx, tenantId: string, before: Date): Promise<void> {
  await tx.query('DELETE FROM app.used_tickets WHERE tenant_id = $1 AND expires_at < $2', [tenantId, before])
  await tx.query(
    `DELETE FROM app.run_pages p USING app.runs r
      WHERE p.tenant_id = $1 AND r.tenant_id = $1 AND r.run_id = p.run_id AND r.ended_at < $2`,
    [tenantId, before],
  )
}
