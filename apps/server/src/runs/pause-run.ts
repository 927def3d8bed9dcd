import type { Waiting } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'
import { commitProgress, type HeldRun, superseded } from './held-run.js'
import type { RunRow } from './run-row.js'
import { progressData, type RunState } from './run-state.js'

/** Paused, with the log's position after it; or what a person wants of the run instead, which is still held. */
export type Paused = { seq: number; waiting: Waiting } | 'cancel' | 'go on'

/**
 * Pauses a held run, with a `progress` that says what it waits for. A person's wish that came meanwhile
 * counts: a run that is to be cancelled is not paused, nor one whose pause was taken back, and one that a
 * person pauses does not wait for the next day's budget, or it would go on by itself.
 * @throws what `commitProgress` does
 */
export async function pauseRun(pool: Pool, run: HeldRun, state: RunState, reason: Waiting): Promise<Paused> {
  return withTenant(pool, run.tenantId, async (tx) => {
    // Under the row's lock, so that no wish comes between reading it and pausing.
    const { rows } = await tx.query<Pick<RunRow, 'intent'>>(
      `SELECT intent FROM app.runs
        WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running' FOR NO KEY UPDATE`,
      [run.tenantId, run.id, run.epoch],
    )
    const [held] = rows
    if (!held) throw superseded(run)
    if (held.intent === 'cancel') return 'cancel'
    if (held.intent === null && reason.reason === 'paused') return 'go on'
    const isPersons = held.intent === 'pause' && reason.reason === 'daily_budget'
    const waiting: Waiting = isPersons ? { reason: 'paused', until: null } : reason
    const paused: RunState = { ...state, waiting, etaSeconds: null }
    const event = { event: 'progress' as const, data: progressData(paused, 0) }
    const { seq } = await commitProgress(tx, run, paused, event, false)
    // Graceful stop: this claim's increment of `fruitless` is undone.
    await tx.query(
      `UPDATE app.runs SET status = 'paused', intent = NULL, fruitless = greatest(fruitless - 1, 0)
        WHERE tenant_id = $1 AND run_id = $2`,
      [run.tenantId, run.id],
    )
    return { seq, waiting }
  })
}
