import type { Waiting } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'
import { type HeldRun, superseded, transitionHeldRun, undoClaimCount } from './held-run.js'
import type { RunRow } from './run-row.js'
import { progressData, type RunState } from './run-state.js'

/** Paused, with the log's position after it; or, of a run that is still held, what a person requested instead. */
export type Paused = { seq: number; waiting: Waiting } | 'cancel' | 'go on'

/**
 * Pauses a held run, with a `progress` event whose `waiting` says why. A request that a person made meanwhile has
 * precedence: a run that is to be cancelled is not paused, nor one whose pause was withdrawn. A run that a person
 * pauses as its daily budget ends waits for a person, not for the next day, when it would resume by itself.
 * @throws what `commitProgress` does
 */
export async function pauseRun(pool: Pool, run: HeldRun, state: RunState, reason: Waiting): Promise<Paused> {
  return withTenant(pool, run.tenantId, async (tx) => {
    // Under the row's lock, so that no request comes between reading the intent and pausing.
    const { rows } = await tx.query<Pick<RunRow, 'intent'>>(
      `SELECT intent FROM app.runs
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running' FOR NO KEY UPDATE`,
      [run.tenantId, run.id, run.epoch],
    )
    const [held] = rows
    if (!held) throw superseded(run)
    if (held.intent === 'cancel') return 'cancel'
    if (held.intent === null && reason.reason === 'paused') return 'go on'
    const isByPerson = held.intent === 'pause' && reason.reason === 'daily_budget'
    const waiting: Waiting = isByPerson ? { reason: 'paused', until: null } : reason
    const paused: RunState = { ...state, waiting, etaSeconds: null }
    await undoClaimCount(tx, run)
    const event = { event: 'progress' as const, data: progressData(paused, 0) }
    const { seq } = await transitionHeldRun(tx, run, paused, 'pause', event)
    return { seq, waiting }
  })
}
