import { isFinal, type LoggedEvent } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { RUN_COLUMNS, type RunRow } from './run-row.js'
import type { RunState } from './run-state.js'
import { findRun, lockRun } from './run-store.js'
import { transition } from './transitions.js'

/** Another worker holds the run now, or it has ended: what was about to be written must not be. */
export class SupersededError extends Error {
  override name = 'SupersededError'
}

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
              started_at = coalesce(started_at, now()), alive_at = now()
        WHERE tenant_id = $1 AND run_id = $2 RETURNING ${RUN_COLUMNS}`,
      [tenantId, runId],
    )
    return rows[0] ?? null
  })
}

/**
 * A run in a worker's hands. `seq` is the log's position that the worker's ledger is based on: after a
 * commit whose answer was lost the ledger in memory is older than the row, and must not be written over it.
 */
export type HeldRun = Pick<RunRow, 'tenantId' | 'id' | 'epoch' | 'seq'>

/** The ledger in memory is older than the run's row. Claiming the run anew reads it. */
export class StaleLedgerError extends Error {
  override name = 'StaleLedgerError'
}

/** The run that was to pause has been resumed before it did. */
class PauseWithdrawnError extends Error {
  override name = 'PauseWithdrawnError'
  constructor() {
    super('The run was resumed before it paused; it goes on at the next claim.')
  }
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
 * @throws {@link StaleLedgerError} when the row has moved on without the caller's knowledge.
 */
export async function advance(
  tx: Tx,
  run: HeldRun,
  state: RunState,
  logged: LoggedEvent,
  progressed: boolean,
): Promise<Fence> {
  const { rows } = await tx.query<Fence>({
    name: 'advance-run',
    text: `WITH held AS (
       UPDATE app.runs SET
         seq = seq + 1, phase = $4, page = $5, total_pages = $6, created = $7, updated = $8, unchanged = $9,
         errors = $10, retired = $11, percent = $12, requests = $13, waiting = $14, rate_per_second = $15,
         eta_seconds = $16, newest_seen = $17, fruitless = CASE WHEN $18 THEN 0 ELSE fruitless END
       WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running' AND seq = $21
       RETURNING seq, intent
     ), logged AS (
       INSERT INTO app.run_events (tenant_id, run_id, seq, event, data) SELECT $1, $2, seq, $19::text, $20::json FROM held
     )
     SELECT seq::float8 AS seq, intent FROM held`,
    values: [
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
      state.newestSeen,
      progressed,
      logged.event,
      JSON.stringify(logged.data),
      run.seq,
    ],
  })
  return rows[0] ?? Promise.reject(await whyNotHeld(tx, run))
}

async function whyNotHeld(tx: Tx, run: HeldRun): Promise<Error> {
  const row = await findRun(tx, run.tenantId, run.id)
  return row?.epoch === run.epoch && row.status === 'running'
    ? new StaleLedgerError(`Run ${run.id} is at ${row.seq}, not at ${run.seq}.`)
    : superseded(run)
}

function superseded({ id, epoch }: Pick<RunRow, 'id' | 'epoch'>): SupersededError {
  return new SupersededError(`Run ${id} is no longer held at epoch ${epoch}.`)
}

/** Fixes the page size at the first claim; a later one keeps it, whatever the connection says by then. */
export async function fixPageSize(
  pool: Pool,
  run: Pick<RunRow, 'tenantId' | 'id'>,
  pageSize: number,
): Promise<number> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<{ pageSize: number }>(
      `UPDATE app.runs SET page_size = coalesce(page_size, $3) WHERE tenant_id = $1 AND run_id = $2
       RETURNING page_size AS "pageSize"`,
      [run.tenantId, run.id, pageSize],
    )
    return rows[0]?.pageSize ?? pageSize
  })
}

/** A worker that stops in good order gives the run back: that claim was not in vain. */
export async function releaseRun(pool: Pool, run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET fruitless = greatest(fruitless - 1, 0)
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch],
    ),
  )
}

/**
 * Ends or pauses the run, with the event that says so: an ending is the last of its log, a pause is
 * a `progress` that says what the run waits for.
 * @returns false when it was to pause and a person wants it to end: it is still held then.
 * @throws {@link PauseWithdrawnError} when it was to pause and a person has resumed it
 * @throws what {@link advance} does
 */
export async function settle(
  pool: Pool,
  run: HeldRun,
  outcome: {
    trigger: 'complete' | 'fail' | 'cancel' | 'pause'
    state: RunState
    event: LoggedEvent
    /** What else is true from this moment on; commits with it. */
    also?: (tx: Tx) => Promise<void>
  },
): Promise<boolean> {
  const status = transition('running', outcome.trigger)
  if (status === null) throw new Error(`A running run cannot ${outcome.trigger}.`)
  const error = outcome.event.event === 'error' ? outcome.event.data : null
  return withTenant(pool, run.tenantId, async (tx) => {
    const { intent } = await advance(tx, run, outcome.state, outcome.event, false)
    if (outcome.trigger === 'pause' && intent === 'cancel') return false
    // A person who paused has resumed meanwhile: nothing is written, and the next claim goes on.
    const isOurs = outcome.state.waiting?.reason !== 'paused'
    if (outcome.trigger === 'pause' && intent === null && !isOurs) throw new PauseWithdrawnError()
    await tx.query(
      `UPDATE app.runs SET status = $3, intent = NULL, error_code = $4, error_message = $5,
              ended_at = CASE WHEN $6 THEN now() END
        WHERE tenant_id = $1 AND run_id = $2`,
      [run.tenantId, run.id, status, error?.code ?? null, error?.message ?? null, isFinal(status)],
    )
    await outcome.also?.(tx)
    return true
  })
}

/** Says that the run's worker lives, for those who end runs that nobody tends. */
export async function showLife(pool: Pool, run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET alive_at = now()
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch],
    ),
  )
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
    if (!rows[0]) throw superseded(run)
    return rows[0].intent
  })
}
