import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, withMaintenance } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import type { RunQueue } from '../runs/run-queue.js'
import { findStaleRuns, recoverRun } from '../runs/stale-runs.js'

/** What recovery of stale runs works with. */
export interface RecoveryDeps {
  pool: Pool
  queue: Pick<RunQueue, 'enqueue'>
  runControl: Pick<RunControl, 'resume'>
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
}

/**
 * Recovers the runs of all tenants that nobody tends, and resumes those that waited for a new day's requests. One
 * query finds them; only what is found costs a transaction of its tenant. Safe on any number of nodes at once.
 * @returns how many were found
 */
export async function recoverStaleRuns(
  deps: RecoveryDeps,
  clock: DatabaseClock,
  onError: (error: unknown, tenantId: string) => void,
): Promise<number> {
  const { at, stale } = await withMaintenance(deps.pool, async (tx) => {
    const at = await clock(tx)
    return { at, stale: await findStaleRuns(tx, at) }
  })
  for (const run of stale) {
    try {
      if (run.need === 'resume') await deps.runControl.resume(run.tenantId, run.runId)
      else if ((await recoverRun(deps, run, at)) === 'ended') deps.onEvent(run.runId)
    } catch (error) {
      onError(error, run.tenantId)
    }
  }
  return stale.length
}
