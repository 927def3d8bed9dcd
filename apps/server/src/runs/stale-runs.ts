import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { errorEvent } from './messages.js'
import { isOpenJobOf, RUN_QUEUE_SCHEMA } from './queue-tables.js'
import type { RunQueue } from './run-queue.js'
import { lockRun } from './run-store.js'
import { transition } from './transitions.js'

/** A run that nobody tends although a worker is there, or one whose day of requests has come. */
export interface StaleRun {
  tenantId: string
  runId: string
  /** Its last sign of life, as the database writes it: with all digits, so that it can be compared. */
  lastHeartbeatAt: string
  /**
   * `requeue`: its job has gone from the queue, or is held by a worker that has not tended the run for a quarter
   * of an hour. `end`: it has waited in the queue for a day. `resume`: its budget has been renewed.
   */
  need: 'requeue' | 'end' | 'resume'
}

/** New jobs that recovery gives a run of which no worker claims one, before the run ends. */
const MAX_REQUEUES = 5

/**
 * The stale runs of all tenants, in a maintenance transaction. Silence counts only while a worker is there
 * without a break (see {@link reportPresence}), and from a minute on: by then the queue has taken the jobs of
 * dead workers back and given them out again. A run whose job waits in the queue is in good hands for a day.
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
 * Gives a stale run a new job, so that it goes on from its checkpoint, or, after {@link MAX_REQUEUES} that no
 * worker claimed, its one ending, `worker_lost`. Looks again under the run's lock: one that somebody has
 * tended meanwhile stays as it is. A worker that comes back too late is fenced off.
 * @returns whether the run has moved, and whether it has ended
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
    const event = errorEvent('worker_lost', MESSAGE, at)
    await tx.query(
      `UPDATE app.runs SET status = $3, intent = NULL, waiting = NULL, seq = seq + 1, error_code = $4,
              error_message = $5, ended_at = now()
        WHERE tenant_id = $1 AND run_id = $2`,
      [tenantId, runId, transition(run.status, 'fail'), event.data.code, event.data.message],
    )
    await appendEvent(tx, tenantId, runId, run.seq + 1, event)
    return 'ended'
  })
}

const MESSAGE =
  'Ningún proceso de Espejo siguió con esta sincronización. Lo que ya se había guardado queda guardado. Avisale a quien administra Espejo: el registro del servidor dice por qué.'
