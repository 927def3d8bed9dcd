import { type Pool, withMaintenance } from '../db/pool.js'

/** A task for all tenants that one process of the cluster does at a time, whichever comes first. */
export type PeriodicTask = 'recovery' | 'retention'

/** Timers are not exact: a process that asks this much early for the turn that it waited for gets it. */
const EARLY_MS = 5000

/**
 * Does a task unless some process of the cluster has begun it within `everyMs`, by the database's clock. The
 * turn is taken in a short transaction of its own, so that the work holds no lock, and one that fails or
 * whose process dies is taken up at the next turn. `work` is told when no process had a turn for more than a day
 * before this one: nothing ran, or the database's clock has jumped ahead.
 */
export async function oncePerCluster(
  pool: Pool,
  task: PeriodicTask,
  everyMs: number,
  work: (turn: { isAfterBreak: boolean }) => Promise<unknown>,
): Promise<void> {
  const turn = await withMaintenance(pool, async (tx) => {
    // A `next_at` far beyond one interval is of a clock that was set back. Not merely beyond it: of two
    // transactions at once, the later one has put it there as the earlier one sees it.
    const { rows } = await tx.query<{ isAfterBreak: boolean }>(
      `UPDATE app.periodic_tasks t SET next_at = now() + $2::interval
         FROM (SELECT next_at FROM app.periodic_tasks WHERE task = $1 FOR UPDATE) old
        WHERE t.task = $1 AND (old.next_at <= now() OR old.next_at > now() + 2 * $2::interval)
       RETURNING old.next_at < now() - interval '1 day' AS "isAfterBreak"`,
      [task, `${everyMs - EARLY_MS} ms`],
    )
    return rows[0]
  })
  if (turn) await work(turn)
}
