import { asksAPerson, type LoggedEvent } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { findOpenGuard, msUntilExpiry, writeDecision } from './guard-store.js'
import { guardExpiredEvent, guardRefusedEvent } from './pure/messages.js'
import type { RunQueue } from './run-queue.js'
import type { RunSummary } from './run-row.js'
import { progressData } from './run-state.js'
import { activeRun, lockRun } from './run-store.js'
import { transitionRun } from './transition-run.js'

/** The guard has a newer revision than the one that the person answered. */
export class GuardChanged extends Error {
  override name = 'GuardChanged'
}

/** Ends or resumes runs that wait for a person's decision on their guard. */
export interface GuardDecisions {
  /**
   * Records a person's decision. A run without an open guard stays as it is: the decision must not count for a guard
   * that opens later.
   * @returns null when there is no such run
   * @throws {@link GuardChanged} when `revision` is given and is not that of the open guard
   */
  decide(
    tenantId: string,
    runId: string,
    answer: { decision: 'confirmed' | 'refused'; decidedBy: string | null; revision?: number | undefined },
  ): Promise<{ row: RunSummary; hasMoved: boolean } | null>
  /**
   * Ends the tenant's run whose guard has expired, in the caller's transaction.
   * @returns the ended run; or after how many milliseconds the open guard expires, null when none is open
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
          const row = await transitionRun(tx, run, 'resume', resumedEvent(run))
          await queue.enqueue(tx, { tenantId, runId })
          return { row, hasMoved: true }
        }
        const ending = guardRefusedEvent(guard, now())
        return { row: await transitionRun(tx, run, 'fail', ending), hasMoved: true }
      }),
    async expireIn(tx, tenantId) {
      const active = await activeRun(tx, tenantId)
      const run = active && asksAPerson(active) && (await lockRun(tx, tenantId, active.id))
      if (!run || !asksAPerson(run)) return { ended: null, againInMs: null }
      const left = await msUntilExpiry(tx, tenantId, run.id)
      if (left === null || left > 0) return { ended: null, againInMs: left }
      const guard = await findOpenGuard(tx, tenantId, run.id)
      await writeDecision(tx, tenantId, run.id, 'expired', null)
      return { ended: await transitionRun(tx, run, 'fail', guardExpiredEvent(guard, now())) }
    },
  }
}

function resumedEvent(run: RunSummary): LoggedEvent {
  return { event: 'progress', data: progressData({ ...run, waiting: null }, 0) }
}
