import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, withMaintenance } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import type { RunQueue } from '../runs/run-queue.js'
import { findStaleRuns, recoverRun } from '../runs/stale-runs.js'

/** Dependencies of the recovery of stale runs. */
export interface RecoveryDeps {
  pool: Pool
  queue: Pick<RunQueue, 'enqueue'>
  runControl: Pick<RunControl, 'resume'>
  /** Called after a commit that added to the run's log. */
  onEvent: (runId: string) => void
}

/**
 * Requeues or ends the stale runs of all tenants, and resumes the runs that waited for the next day's request budget.
 * One query finds them; each then has a transaction of its tenant. Several nodes may call it at once.
 * @returns the number of runs found
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
