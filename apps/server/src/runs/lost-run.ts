import { type Pool, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { errorEvent } from './messages.js'
import { lockRun } from './run-store.js'
import { transition } from './transitions.js'

/** Signs of life older than these mean that nobody tends a run. */
export interface Silence {
  /** Of a run that a worker holds. */
  runningSince: Date
  /** Of one that waits for a worker. */
  queuedSince: Date
}

/**
 * Gives a run that no worker came back for its one ending, `worker_lost`. Looks again under the run's
 * lock: a worker that has just taken it keeps it. One that comes too late finds it ended and is fenced off.
 * @returns whether the run was ended.
 */
export async function endLostRun(
  pool: Pool,
  tenantId: string,
  runId: string,
  silence: Silence,
  at: Date,
): Promise<boolean> {
  return withTenant(pool, tenantId, async (tx) => {
    const run = await lockRun(tx, tenantId, runId)
    const status = run && transition(run.status, 'fail')
    if (!run || !status || run.status === 'paused') return false
    const since = run.status === 'running' ? silence.runningSince : silence.queuedSince
    const event = errorEvent('worker_lost', MESSAGE, at)
    const { rowCount } = await tx.query(
      `UPDATE app.runs SET status = $4, intent = NULL, waiting = NULL, seq = seq + 1, error_code = $5,
              error_message = $6, ended_at = now()
        WHERE tenant_id = $1 AND run_id = $2 AND alive_at < $3`,
      [tenantId, runId, since, status, event.data.code, event.data.message],
    )
    if (rowCount === 0) return false
    await appendEvent(tx, tenantId, runId, run.seq + 1, event)
    return true
  })
}

const MESSAGE =
  'Ningún proceso de Espejo siguió con esta sincronización. Lo que ya se había guardado queda guardado. Avisale a quien administra Espejo: puede que no haya ninguno en marcha.'
