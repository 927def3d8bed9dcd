import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { errorEvent } from './pure/messages.js'
import { isOpenJobOf, RUN_QUEUE_SCHEMA } from './queue-tables.js'
import type { RunQueue } from './run-queue.js'
import { lockRun } from './run-store.js'
import { transitionRun } from './transition-run.js'

/** An active run without a heartbeat while workers are alive, or one whose daily budget has been renewed. */
export interface StaleRun {
  tenantId: string
  runId: string
  /** PostgreSQL's text, not a `Date`: with all digits, so that the row can be compared with it. */
  lastHeartbeatAt: string
  /**
   * `requeue`: its job is no longer in the queue, or its job's worker has written no heartbeat for 15 minutes.
   * `end`: its job has waited in the queue for a day. `resume`: its daily budget has been renewed.
   */
  need: 'requeue' | 'end' | 'resume'
}

/** After so many new jobs in a row that no worker claimed, recovery ends the run. */
const MAX_REQUEUES = 5

/**
 * The stale runs of all tenants, in a maintenance transaction. Only time in which a worker process was alive without
 * interruption counts (see `reportPresence`), and only from one minute on: until then the queue itself reassigns
 * the jobs of dead workers. A run whose job waits in the queue is stale after a day.
 */
export async function findStaleRuns(tx: Tx, at: Date): Promise<StaleRun[]> {
  const { rows } = await tx.query<StaleRun>(
    `SELECT s.tenant_id AS "tenantId", s.run_id AS "runId", s.alive_at::text AS "lastHeartbeatAt",
            CASE WHEN s.silent_for IS NULL THEN 'resume'
                 WHEN j.state IS NULL OR j.state = 'active' THEN 'requeue'
                 ELSE 'end' END AS need
       FROM app.stale_runs($1, interval '1 minute') s
       LEFT JOIN ${RUN_QUEUE_SCHEMA}.job j ON ${isOpenJobOf('s.tenant_id')} AND j.data ->> 'runId' = s.run_id
      WHERE s.silent_for IS NULL OR j.state IS NULL
         OR s.silent_for > CASE j.state WHEN 'active' THEN interval '15 minutes' ELSE interval '1 day' END`,
    [at],
  )
  return rows
}

/**
 * Gives a stale run a new job, so that it continues from its checkpoint, or ends it with `worker_lost` after
 * {@link MAX_REQUEUES} jobs that no worker claimed. Checks again under the run's lock: a run with a newer heartbeat
 * stays as it is. The epoch fences a worker that returns later.
 * @returns null when the run stays as it is
 */
export async function recoverRun(
  deps: { pool: Pool; queue: Pick<RunQueue, 'enqueue'> },
  { tenantId, runId, lastHeartbeatAt, need }: StaleRun,
  at: Date,
): Promise<'requeued' | 'ended' | null> {
  return withTenant(deps.pool, tenantId, async (tx) => {
    const run = await lockRun(tx, tenantId, runId)
    if (run?.status !== 'queued' && run?.status !== 'running') return null
    const { rows } = await tx.query<{ requeues: number }>(
      `UPDATE app.runs SET alive_at = now(), requeued_at_epoch = epoch,
              requeues = CASE WHEN requeued_at_epoch = epoch THEN requeues + 1 ELSE 1 END
        WHERE tenant_id = $1 AND run_id = $2 AND alive_at = $3::timestamptz RETURNING requeues`,
      [tenantId, runId, lastHeartbeatAt],
    )
    if (!rows[0]) return null
    if (need === 'requeue' && rows[0].requeues <= MAX_REQUEUES) {
      await deps.queue.enqueue(tx, { tenantId, runId })
      return 'requeued'
    }
    await transitionRun(tx, run, 'fail', errorEvent('worker_lost', MESSAGE, at))
    return 'ended'
  })
}

const MESSAGE =
  'Ningún proceso de Espejo siguió con esta sincronización. Lo que ya se había guardado queda guardado. Avisale a quien administra Espejo: el registro del servidor dice por qué.'
