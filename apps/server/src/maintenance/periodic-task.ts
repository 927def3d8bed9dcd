import { type Pool, withMaintenance } from '../db/pool.js'

/** A task for all tenants that one process of the cluster runs at each interval. */
export type PeriodicTask = 'recovery' | 'retention'

/** Tolerance for timers that fire early. */
const TOLERANCE_MS = 5000

/**
 * Runs a task unless a process of the cluster has started it within `everyMs`, by the database's clock. A short
 * transaction of its own claims the interval, so that the work holds no lock. A task that fails, or whose process
 * dies, runs again at the next interval.
 * @param work - `isAfterBreak`: no process has run the task for more than a day. Either none was up, or the
 * database's clock has jumped ahead.
 */
export async function oncePerCluster(
  pool: Pool,
  task: PeriodicTask,
  everyMs: number,
  work: (claim: { isAfterBreak: boolean }) => Promise<unknown>,
): Promise<void> {
  const claim = await withMaintenance(pool, async (tx) => {
    // A `next_at` more than two intervals ahead was written before the clock was set back. One interval would be too
    // strict: a concurrent transaction that started later than this one may have written it.
    const { rows } = await tx.query<{ isAfterBreak: boolean }>(
      `UPDATE app.periodic_tasks t SET next_at = now() + $2::interval
         FROM (SELECT next_at FROM app.periodic_tasks WHERE task = $1 FOR UPDATE) old
        WHERE t.task = $1 AND (old.next_at <= now() OR old.next_at > now() + 2 * $2::interval)
       RETURNING old.next_at < now() - interval '1 day' AS "isAfterBreak"`,
      [task, `${everyMs - TOLERANCE_MS} ms`],
    )
    return rows[0]
  })
  if (claim) await work(claim)
}
