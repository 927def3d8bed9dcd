import { isFinal, type LoggedEvent } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { type RunTrigger, transition } from './pure/transitions.js'
import { RUN_SUMMARY_COLUMNS, type RunSummary } from './run-row.js'

/** `claim` is `claimRun`'s alone: it raises the epoch and logs no event. */
type LoggedTrigger = Exclude<RunTrigger, 'claim'>

/**
 * Changes a run's status and appends the event that reports it: the only place that writes status, intent, ending
 * and error of an existing run. `waiting` is taken from the event. The caller holds the row's lock, has read `status`
 * under it, and gives a run that is `queued` afterwards a job.
 * @throws Error when the table of transitions refuses `trigger`
 */
export async function transitionRun(
  tx: Tx,
  run: Pick<RunSummary, 'tenantId' | 'id' | 'status'>,
  trigger: LoggedTrigger,
  logged: LoggedEvent,
): Promise<RunSummary> {
  const status = transition(run.status, trigger)
  if (status === null) throw new Error(`Run ${run.id} is ${run.status}: ${trigger} is refused.`)
  const error = logged.event === 'error' ? logged.data : null
  const waiting = logged.event === 'progress' ? logged.data.waiting : null
  const { rows } = await tx.query<RunSummary>(
    `WITH changed AS (
       UPDATE app.runs SET
         status = $3, intent = NULL, seq = seq + 1, alive_at = now(), waiting = $4, error_code = $5,
         error_message = $6, ended_at = CASE WHEN $7 THEN now() END
       WHERE tenant_id = $1 AND run_id = $2 RETURNING ${RUN_SUMMARY_COLUMNS}
     ), logged AS (
       INSERT INTO app.run_events (tenant_id, run_id, seq, event, data)
       SELECT $1, $2, seq, $8::text, $9::json FROM changed
     )
     SELECT * FROM changed`,
    [
      run.tenantId,
      run.id,
      status,
      waiting && JSON.stringify(waiting),
      error?.code ?? null,
      error?.message ?? null,
      isFinal(status),
      logged.event,
      JSON.stringify(logged.data),
    ],
  )
  const [changed] = rows
  if (!changed) throw new Error(`Run ${run.id} does not exist.`)
  return changed
}
