import type { LoggedEvent } from '@espejo/contract'
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
export async function commitProgress(
  tx: Tx,
  run: HeldRun,
  state: RunState,
  logged: LoggedEvent,
  progressed: boolean,
): Promise<Fence> {
  const { rows } = await tx.query<Fence>({
    name: 'commit-progress',
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

export function superseded({ id, epoch }: Pick<RunRow, 'id' | 'epoch'>): SupersededError {
  return new SupersededError(`Run ${id} is no longer held at epoch ${epoch}.`)
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

/** A held run's ending: the last event of its log, and what else is true from that moment on. */
export interface Ending {
  trigger: 'complete' | 'fail' | 'cancel'
  state: RunState
  event: LoggedEvent
  /** Commits with it. */
  also?: (tx: Tx) => Promise<void>
}

/**
 * Ends the run. A run that has ended waits for nothing.
 * @throws what {@link commitProgress} does
 */
export async function endRun(pool: Pool, run: HeldRun, ending: Ending): Promise<void> {
  const status = transition('running', ending.trigger)
  if (status === null) throw new Error(`A running run cannot ${ending.trigger}.`)
  const error = ending.event.event === 'error' ? ending.event.data : null
  await withTenant(pool, run.tenantId, async (tx) => {
    await commitProgress(tx, run, { ...ending.state, waiting: null, etaSeconds: null }, ending.event, false)
    await tx.query(
      `UPDATE app.runs SET status = $3, intent = NULL, error_code = $4, error_message = $5, ended_at = now()
        WHERE tenant_id = $1 AND run_id = $2`,
      [run.tenantId, run.id, status, error?.code ?? null, error?.message ?? null],
    )
    await ending.also?.(tx)
  })
}

/** Says that the run's worker lives, for those who end runs that nobody tends. */
export async function writeHeartbeat(
  pool: Pool,
  run: Pick<RunRow, 'tenantId' | 'id' | 'epoch'>,
): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET alive_at = now()
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch],
    ),
  )
}
