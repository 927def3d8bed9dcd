import type { Pool } from '../db/pool.js'
import { endLostRun, type Silence } from '../runs/lost-run.js'
import type { RunControl } from '../runs/run-control.js'

/** No sign of life of a run's worker for this long: nobody holds it any more, whatever the queue thinks. */
const WORKER_SILENCE_MS = 15 * 60_000
/** Longest time that a run waits for a worker to be there at all. */
const QUEUE_PATIENCE_MS = 24 * 3600_000

/**
 * Looks after the runs of all tenants that nobody tends: those that waited for a new day's requests go
 * on, those that no worker came back for get their ending. Safe on any number of nodes at once.
 * @returns how many runs were moved
 */
export async function tendRuns(
  deps: { pool: Pool; runControl: Pick<RunControl, 'resume'>; onEvent: (runId: string) => void },
  at: Date,
): Promise<number> {
  const { pool, runControl, onEvent } = deps
  const silence: Silence = {
    runningSince: new Date(at.getTime() - WORKER_SILENCE_MS),
    queuedSince: new Date(at.getTime() - QUEUE_PATIENCE_MS),
  }
  const { rows } = await pool.query<{ tenantId: string; runId: string; need: 'resume' | 'end' }>(
    'SELECT tenant_id AS "tenantId", run_id AS "runId", need FROM app.untended_runs($1, $2, $3)',
    [silence.runningSince, silence.queuedSince, at],
  )
  for (const { tenantId, runId, need } of rows) {
    if (need === 'resume') await runControl.resume(tenantId, runId)
    else if (await endLostRun(pool, tenantId, runId, silence, at)) onEvent(runId)
  }
  return rows.length
}
