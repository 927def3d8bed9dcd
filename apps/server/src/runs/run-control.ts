import { isFinal, type LoggedEvent, type Run, type RunMode } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { newId } from './ids.js'
import { cancelledEvent, startEvent } from './messages.js'
import type { RunQueue } from './run-queue.js'
import { type RunRow, toRun } from './run-row.js'
import { activeRun, insertRun, lockRun } from './run-store.js'
import { type RunTrigger, transition } from './transitions.js'

export interface StartRun {
  mode: RunMode
  dryRun: boolean
  /** For mode `ids`. */
  ids: string[] | null
  /** A user's id; null: the schedule or a webhook. */
  startedBy: string | null
}

/** What people ask of runs. Everything is idempotent, and takes the tenant first. */
export interface RunControl {
  /** Starts a run, or gives the one that is active: one a tenant at a time. */
  start(tenantId: string, request: StartRun): Promise<{ run: Run; started: boolean }>
  /** Ends a run that has not ended; what its pages committed stays. Null: no such run. */
  cancel(tenantId: string, runId: string): Promise<Run | null>
  /** Null: no such run. A run that has ended stays as it is. */
  pause(tenantId: string, runId: string): Promise<Run | null>
  resume(tenantId: string, runId: string): Promise<Run | null>
}

export function createRunControl(deps: {
  pool: Pool
  queue: RunQueue
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
}): RunControl {
  const { pool, queue, now, onEvent } = deps

  async function start(tenantId: string, request: StartRun): Promise<{ run: Run; started: boolean }> {
    const outcome = await withTenant(pool, tenantId, async (tx) => {
      const fresh = await insertRun(tx, tenantId, {
        id: newId(),
        mode: request.mode,
        dryRun: request.dryRun,
        requestedIds: request.ids,
        startedBy: request.startedBy,
      })
      if (!fresh) return { row: await activeRun(tx, tenantId), started: false }
      await appendEvent(tx, tenantId, fresh.id, fresh.seq, startEvent(fresh, now()))
      await queue.enqueue(tx, { tenantId, runId: fresh.id })
      return { row: fresh, started: true }
    })
    // The active run that stood in the way may have ended between the two statements.
    if (!outcome.row) return start(tenantId, request)
    if (outcome.started) onEvent(outcome.row.id)
    return { run: toRun(outcome.row), started: outcome.started }
  }

  async function ask(
    tenantId: string,
    runId: string,
    trigger: 'cancel' | 'pause' | 'resume',
  ): Promise<Run | null> {
    let wroteEvent = false
    const row = await withTenant(pool, tenantId, async (tx) => {
      const run = await lockRun(tx, tenantId, runId)
      if (!run || transition(run.status, trigger) === null) return run
      if (run.status === 'running') return setIntent(tx, run, trigger)
      wroteEvent = trigger === 'cancel'
      return move(tx, run, trigger, wroteEvent ? cancelledEvent(now()) : null, queue)
    })
    if (row && wroteEvent) onEvent(runId)
    return row && toRun(row)
  }

  return {
    start,
    cancel: (tenantId, runId) => ask(tenantId, runId, 'cancel'),
    pause: (tenantId, runId) => ask(tenantId, runId, 'pause'),
    resume: (tenantId, runId) => ask(tenantId, runId, 'resume'),
  }
}

/** A worker holds the run: it reads the intent and obeys. A cancel is not weakened to a pause. */
async function setIntent(tx: Tx, run: RunRow, trigger: RunTrigger): Promise<RunRow> {
  const intent = run.intent === 'cancel' || trigger === 'cancel' ? 'cancel' : 'pause'
  await tx.query('UPDATE app.runs SET intent = $3 WHERE tenant_id = $1 AND run_id = $2', [
    run.tenantId,
    run.id,
    intent,
  ])
  return { ...run, intent }
}

/** No worker holds the run: the change is made here. */
async function move(
  tx: Tx,
  run: RunRow,
  trigger: RunTrigger,
  ending: Extract<LoggedEvent, { event: 'error' }> | null,
  queue: RunQueue,
): Promise<RunRow> {
  const status = transition(run.status, trigger)
  if (status === null) return run
  const moved: RunRow = { ...run, status, intent: null, seq: run.seq + (ending ? 1 : 0) }
  await tx.query(
    `UPDATE app.runs SET status = $3, intent = NULL, seq = $4, error_code = $5, error_message = $6,
            ended_at = CASE WHEN $7 THEN now() END
      WHERE tenant_id = $1 AND run_id = $2`,
    [
      run.tenantId,
      run.id,
      status,
      moved.seq,
      ending?.data.code ?? null,
      ending?.data.message ?? null,
      isFinal(status),
    ],
  )
  if (ending) await appendEvent(tx, run.tenantId, run.id, moved.seq, ending)
  if (status === 'queued') await queue.enqueue(tx, { tenantId: run.tenantId, runId: run.id })
  return moved
}
