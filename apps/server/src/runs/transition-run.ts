import { isFinal, type LoggedEvent, type RunStatus } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import type { RunQueue } from './run-queue.js'
import { RUN_SUMMARY_COLUMNS, type RunSummary } from './run-row.js'

/**
 * Gives a run that no worker holds another status, with the event that says so. The caller holds the
 * run's lock and has asked the table of transitions.
 */
export async function moveRun(
  tx: Tx,
  run: RunSummary,
  status: RunStatus,
  logged: LoggedEvent,
  queue: Pick<RunQueue, 'enqueue'>,
): Promise<RunSummary> {
  const error = logged.event === 'error' ? logged.data : null
  const waiting = logged.event === 'progress' ? logged.data.waiting : null
  const { rows } = await tx.query<RunSummary>(
    `UPDATE app.runs SET status = $3, intent = NULL, seq = seq + 1, alive_at = now(), waiting = $4, error_code = $5,
            error_message = $6, ended_at = CASE WHEN $7 THEN now() END
      WHERE tenant_id = $1 AND run_id = $2 RETURNING ${RUN_SUMMARY_COLUMNS}`,
    [
      run.tenantId,
      run.id,
      status,
      waiting && JSON.stringify(waiting),
      error?.code ?? null,
      error?.message ?? null,
      isFinal(status),
    ],
  )
  const moved = rows[0] ?? run
  await appendEvent(tx, run.tenantId, run.id, moved.seq, logged)
  if (status === 'queued') await queue.enqueue(tx, { tenantId: run.tenantId, runId: run.id })
  return moved
}
