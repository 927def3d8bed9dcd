import { isFinal, type LoggedEvent, type RunStatus } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { RUN_COLUMNS, type RunRow } from './run-row.js'
import { lockRun } from './run-store.js'
import { transition } from './transitions.js'

/** Another worker holds the run now, or it has ended: what was about to be written must not be. */
export class SupersededError extends Error {
  override name = 'SupersededError'
}

/** The part of a run that its worker changes. Written whole, with every event. */
export type RunState = Pick<
  RunRow,
  | 'phase'
  | 'page'
  | 'totalPages'
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'errors'
  | 'retired'
  | 'percent'
  | 'requests'
  | 'waiting'
  | 'ratePerSecond'
  | 'etaSeconds'
>

/**
 * Takes a run for a worker, or takes it over: every write of an earlier holder is fenced off from
 * here on.
 * @returns null when there is nothing to do: no such run, ended, or paused.
 */
export async function claimRun(pool: Pool, tenantId: string, runId: string): Promise<RunRow | null> {
  return withTenant(pool, tenantId, async (tx) => {
    const run = await lockRun(tx, tenantId, runId)
    if (!run || transition(run.status, 'claim') === null) return null
    const { rows } = await tx.query<RunRow>(
      `UPDATE app.runs SET status = 'running', epoch = epoch + 1, fruitless = fruitless + 1,
              started_at = coalesce(started_at, now())
        WHERE tenant_id = $1 AND run_id = $2 RETURNING ${RUN_COLUMNS}`,
      [tenantId, runId],
    )
    return rows[0] ?? null
  })
}

/** What the run's log and row say after a write. */
export interface Fence {
  seq: number
  /** What a person has asked of the run meanwhile. */
  intent: RunRow['intent']
}

/**
 * Writes the run's new state and one event, in the caller's transaction and under the run's row
 * lock. `progressed`: a page was committed, so the claim was not in vain.
 * @throws {@link SupersededError} when the epoch is no longer the caller's; the caller rolls back.
 */
export async function advance(
  tx: Tx,
  run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>,
  state: RunState,
  logged: LoggedEvent,
  progressed: boolean,
): Promise<Fence> {
  const { rows } = await tx.query<Fence>(
    `UPDATE app.runs SET
       seq = seq + 1, phase = $4, page = $5, total_pages = $6, created = $7, updated = $8, unchanged = $9,
       errors = $10, retired = $11, percent = $12, requests = $13, waiting = $14, rate_per_second = $15,
       eta_seconds = $16, fruitless = CASE WHEN $17 THEN 0 ELSE fruitless END
     WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'
     RETURNING seq::float8 AS seq, intent`,
    [
      run.tenantId,
      run.id,
      run.epoch,
      state.phase,
      state.page,
      state.totalPages,
      state.created,
      state.updated,
      state.unchanged,
      state.errors,
      state.retired,
      state.percent,
      state.requests,
      state.waiting === null ? null : JSON.stringify(state.waiting),
      state.ratePerSecond,
      state.etaSeconds,
      progressed,
    ],
  )
  const fence = rows[0]
  if (!fence) throw new SupersededError(`Run ${run.id} is no longer held at epoch ${run.epoch}.`)
  await appendEvent(tx, run.tenantId, run.id, fence.seq, logged)
  return fence
}

/** Ends or pauses the run. An ending is the last event of its log; a pause writes none. */
export async function settle(
  pool: Pool,
  run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>,
  outcome:
    | { trigger: 'complete' | 'fail' | 'cancel'; state: RunState; ending: LoggedEvent }
    | { trigger: 'pause' },
): Promise<void> {
  const status = transition('running', outcome.trigger) as RunStatus
  await withTenant(pool, run.tenantId, async (tx) => {
    if (outcome.trigger !== 'pause') await advance(tx, run, outcome.state, outcome.ending, false)
    const error = outcome.trigger !== 'pause' && outcome.ending.event === 'error' ? outcome.ending.data : null
    const { rowCount } = await tx.query(
      `UPDATE app.runs SET status = $4, intent = NULL, waiting = NULL, error_code = $5, error_message = $6,
              ended_at = CASE WHEN $7 THEN now() END
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch, status, error?.code ?? null, error?.message ?? null, isFinal(status)],
    )
    if (rowCount === 0) throw new SupersededError(`Run ${run.id} is no longer held at epoch ${run.epoch}.`)
  })
}

/** What a person has asked of a run, read by its worker between and during pages. */
export async function readIntent(
  pool: Pool,
  run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>,
): Promise<RunRow['intent']> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<Pick<RunRow, 'intent'>>(
      `SELECT intent FROM app.runs WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch],
    )
    if (!rows[0]) throw new SupersededError(`Run ${run.id} is no longer held at epoch ${run.epoch}.`)
    return rows[0].intent
  })
}
