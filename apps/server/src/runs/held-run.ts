import type { LoggedEvent } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { transition } from './pure/transitions.js'
import { RUN_COLUMNS, type RunClaim, type RunRow } from './run-row.js'
import type { RunState } from './run-state.js'
import { findRun, lockRun } from './run-store.js'
import { transitionRun } from './transition-run.js'

/** Another worker has claimed the run, or it has ended: the caller's write must not be committed. */
export class SupersededError extends Error {
  override name = 'SupersededError'
}

/**
 * Claims a run for a worker, also one that another worker holds. It raises the epoch, so that no earlier holder can
 * write to the run any more.
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
 * A claimed run, with the log's position that the worker's ledger is based on. After a commit whose answer was lost
 * the ledger in memory is older than the row, and must not overwrite it.
 */
export type HeldRun = RunClaim & Pick<RunRow, 'seq'>

/** The ledger in memory is older than the run's row. A new claim reads the row. */
export class StaleLedgerError extends Error {
  override name = 'StaleLedgerError'
}

/** A run's row after a write. */
export interface CommittedProgress {
  seq: number
  /** What a person has requested of the run meanwhile. */
  intent: RunRow['intent']
}

/** The columns of {@link stateValues}. */
const SET_STATE = `
  phase = $5, page = $6, total_pages = $7, created = $8, updated = $9, unchanged = $10, errors = $11, retired = $12,
  percent = $13, requests = $14, waiting = $15, rate_per_second = $16, eta_seconds = $17, newest_seen = $18`
/** The fence: no row unless the caller still holds the run, and its ledger is as new as the row. */
const IS_HELD = `tenant_id = $1 AND run_id = $2 AND epoch = $3 AND seq = $4 AND status = 'running'`

function stateValues(run: HeldRun, state: RunState): unknown[] {
  return [
    run.tenantId,
    run.id,
    run.epoch,
    run.seq,
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
  ]
}

/**
 * Writes the run's new state and one event, in the caller's transaction and under the run's row lock.
 * @param isPage a page was committed: the count of claims without progress is reset
 * @throws {@link SupersededError} when the epoch is no longer the caller's; the caller rolls back.
 * @throws {@link StaleLedgerError} when the row is newer than the caller's ledger.
 */
export async function commitProgress(
  tx: Tx,
  run: HeldRun,
  state: RunState,
  logged: LoggedEvent,
  isPage: boolean,
): Promise<CommittedProgress> {
  const { rows } = await tx.query<CommittedProgress>({
    name: 'commit-progress',
    text: `WITH held AS (
       UPDATE app.runs SET ${SET_STATE}, seq = seq + 1, fruitless = CASE WHEN $19 THEN 0 ELSE fruitless END
       WHERE ${IS_HELD}
       RETURNING seq, intent
     ), logged AS (
       INSERT INTO app.run_events (tenant_id, run_id, seq, event, data)
       SELECT $1, $2, seq, $20::text, $21::json FROM held
     )
     SELECT seq::float8 AS seq, intent FROM held`,
    values: [...stateValues(run, state), isPage, logged.event, JSON.stringify(logged.data)],
  })
  const [committed] = rows
  if (!committed) throw await notHeldError(tx, run)
  return committed
}

/**
 * Writes a held run's last state and changes its status, with the event that reports it.
 * @throws what {@link commitProgress} does
 */
export async function transitionHeldRun(
  tx: Tx,
  run: HeldRun,
  state: RunState,
  trigger: Ending['trigger'] | 'pause',
  logged: LoggedEvent,
): Promise<{ seq: number }> {
  const { rowCount } = await tx.query(
    `UPDATE app.runs SET ${SET_STATE} WHERE ${IS_HELD}`,
    stateValues(run, state),
  )
  if (rowCount === 0) throw await notHeldError(tx, run)
  return transitionRun(tx, { ...run, status: 'running' }, trigger, logged)
}

async function notHeldError(tx: Tx, run: HeldRun): Promise<Error> {
  const row = await findRun(tx, run.tenantId, run.id)
  return row?.epoch === run.epoch && row.status === 'running'
    ? new StaleLedgerError(`Run ${run.id} is at ${row.seq}, not at ${run.seq}.`)
    : superseded(run)
}

export function superseded({ id, epoch }: Pick<RunClaim, 'id' | 'epoch'>): SupersededError {
  return new SupersededError(`Run ${id} is no longer held at epoch ${epoch}.`)
}

/** Graceful stop: undoes this claim's increment of the claims without progress. */
export async function undoClaimCount(tx: Tx, run: RunClaim): Promise<void> {
  await tx.query(
    `UPDATE app.runs SET fruitless = greatest(fruitless - 1, 0)
      WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
    [run.tenantId, run.id, run.epoch],
  )
}

/** A held run's ending: the last event of its log, and what commits with it. */
export interface Ending {
  trigger: 'complete' | 'fail' | 'cancel'
  state: RunState
  event: LoggedEvent
  /** Further writes of the same transaction. */
  also?: (tx: Tx) => Promise<void>
}

/**
 * Ends the run. Its `waiting` becomes null.
 * @throws what {@link commitProgress} does
 */
export async function endRun(pool: Pool, run: HeldRun, ending: Ending): Promise<void> {
  const state = { ...ending.state, waiting: null, etaSeconds: null }
  await withTenant(pool, run.tenantId, async (tx) => {
    await transitionHeldRun(tx, run, state, ending.trigger, ending.event)
    await ending.also?.(tx)
  })
}

/** Records that the run's worker is alive. Recovery ends runs whose heartbeat has stopped. */
export async function writeHeartbeat(pool: Pool, run: RunClaim): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET alive_at = now()
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch],
    ),
  )
}
