import { asksAPerson, type LoggedEvent } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { findOpenGuard, timeToAnswer, writeDecision } from './guard-store.js'
import { guardExpiredEvent, guardRefusedEvent } from './messages.js'
import type { RunQueue } from './run-queue.js'
import type { RunSummary } from './run-row.js'
import { progressData } from './run-state.js'
import { activeRun, lockRun } from './run-store.js'
import { moveRun } from './transition-run.js'

/** The question has changed since the person saw it. */
export class GuardChanged extends Error {
  override name = 'GuardChanged'
}

/** What becomes of a run that waits for a decision. */
export interface GuardDecisions {
  /**
   * A person's answer to what the run asks. Where it asks nothing, nothing happens: a yes that nobody
   * was asked for must not count later. Null: no such run.
   * @throws {@link GuardChanged} when `revision` is not that of the open question.
   */
  decide(
    tenantId: string,
    runId: string,
    answer: { decision: 'confirmed' | 'refused'; decidedBy: string | null; revision?: number | undefined },
  ): Promise<{ row: RunSummary; hasMoved: boolean } | null>
  /**
   * Ends the tenant's run that has waited for its answer long enough, in the caller's transaction.
   * @returns the ended run; or in how many milliseconds to look again, null: nothing waits.
   */
  expireIn(
    tx: Tx,
    tenantId: string,
  ): Promise<{ ended: RunSummary } | { ended: null; againInMs: number | null }>
}

export function createGuardDecisions(deps: {
  pool: Pool
  queue: Pick<RunQueue, 'enqueue'>
  now: () => Date
}): GuardDecisions {
  const { pool, queue, now } = deps
  return {
    decide: (tenantId, runId, { decision, decidedBy, revision }) =>
      withTenant(pool, tenantId, async (tx) => {
        const run = await lockRun(tx, tenantId, runId)
        if (!run || !asksAPerson(run)) return run && { row: run, hasMoved: false }
        const guard = await findOpenGuard(tx, tenantId, runId)
        if (revision !== undefined && revision !== guard?.revision) throw new GuardChanged()
        await writeDecision(tx, tenantId, runId, decision, decidedBy)
        if (decision === 'confirmed') {
          return { row: await moveRun(tx, run, 'queued', resumedEvent(run), queue), hasMoved: true }
        }
        const ending = guardRefusedEvent(guard, now())
        return { row: await moveRun(tx, run, 'error', ending, queue), hasMoved: true }
      }),
    async expireIn(tx, tenantId) {
      const active = await activeRun(tx, tenantId)
      const run = active && asksAPerson(active) && (await lockRun(tx, tenantId, active.id))
      if (!run || !asksAPerson(run)) return { ended: null, againInMs: null }
      const left = await timeToAnswer(tx, tenantId, run.id)
      if (left === null || left > 0) return { ended: null, againInMs: left }
      const guard = await findOpenGuard(tx, tenantId, run.id)
      await writeDecision(tx, tenantId, run.id, 'expired', null)
      return { ended: await moveRun(tx, run, 'error', guardExpiredEvent(guard, now()), queue) }
    },
  }
}

function resumedEvent(run: RunSummary): LoggedEvent {
  return { event: 'progress', data: progressData({ ...run, waiting: null }, 0) }
}
