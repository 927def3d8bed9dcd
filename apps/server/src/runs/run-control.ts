import type { LoggedEvent, Run, RunMode } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { createGuardDecisions, type GuardDecisions } from './guard-decisions.js'
import { newId } from './ids.js'
import { cancelledEvent, startEvent } from './messages.js'
import type { RunQueue } from './run-queue.js'
import { type RunSummary, toRun } from './run-row.js'
import { progressData } from './run-state.js'
import { activeRun, insertRun, lockRun } from './run-store.js'
import { moveRun } from './transition-run.js'
import { intentAfter, type RunRequest, transition } from './transitions.js'

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
  /**
   * As {@link start}, in the caller's transaction: null when a run is active. After the commit the caller
   * lets viewers know of it, as `onEvent` does here.
   */
  startIn(tx: Tx, tenantId: string, request: StartRun): Promise<RunSummary | null>
  /** Ends a run that has not ended; what its pages committed stays. Null: no such run. */
  cancel(tenantId: string, runId: string): Promise<Run | null>
  /** Null: no such run. A run that has ended stays as it is. */
  pause(tenantId: string, runId: string): Promise<Run | null>
  /** Also withdraws a pause that the run's worker has not obeyed yet. */
  resume(tenantId: string, runId: string): Promise<Run | null>
  /**
   * A person's answer to what the run asks: yes lets it go on, no ends it. A run that asks nothing stays
   * as it is. Null: no such run.
   * @throws `GuardChanged` when `revision` is given and is not that of the open question.
   */
  decideGuard(...answer: Parameters<GuardDecisions['decide']>): Promise<Run | null>
  /** See {@link GuardDecisions.expireIn}. After the commit the caller lets viewers know of the ending. */
  expireGuardIn: GuardDecisions['expireIn']
}

export function createRunControl(deps: {
  pool: Pool
  queue: RunQueue
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
}): RunControl {
  const { pool, queue, now, onEvent } = deps
  const guards = createGuardDecisions(deps)

  async function startIn(tx: Tx, tenantId: string, request: StartRun): Promise<RunSummary | null> {
    const fresh = await insertRun(tx, tenantId, {
      id: newId(),
      mode: request.mode,
      dryRun: request.dryRun,
      requestedIds: request.ids,
      startedBy: request.startedBy,
    })
    if (!fresh) return null
    await appendEvent(tx, tenantId, fresh.id, fresh.seq, startEvent(fresh, now()))
    await queue.enqueue(tx, { tenantId, runId: fresh.id })
    return fresh
  }

  async function start(tenantId: string, request: StartRun): Promise<{ run: Run; started: boolean }> {
    const outcome = await withTenant(pool, tenantId, async (tx) => {
      const fresh = await startIn(tx, tenantId, request)
      return fresh ? { row: fresh, started: true } : { row: await activeRun(tx, tenantId), started: false }
    })
    // The active run that stood in the way may have ended between the two statements.
    if (!outcome.row) return start(tenantId, request)
    if (outcome.started) onEvent(outcome.row.id)
    return { run: toRun(outcome.row), started: outcome.started }
  }

  async function ask(tenantId: string, runId: string, trigger: RunRequest): Promise<Run | null> {
    let hasMoved = false
    const row = await withTenant(pool, tenantId, async (tx) => {
      const run = await lockRun(tx, tenantId, runId)
      const status =
        run && (takesOverBudgetPause(run, trigger) ? run.status : transition(run.status, trigger))
      if (!run || !status) return run
      if (run.status === 'running') return setIntent(tx, run, trigger)
      hasMoved = true
      return moveRun(tx, run, status, eventOf(run, trigger, now()), queue)
    })
    if (hasMoved) onEvent(runId)
    return row && toRun(row)
  }

  return {
    start,
    startIn,
    cancel: (tenantId, runId) => ask(tenantId, runId, 'cancel'),
    pause: (tenantId, runId) => ask(tenantId, runId, 'pause'),
    resume: (tenantId, runId) => ask(tenantId, runId, 'resume'),
    async decideGuard(tenantId, runId, answer) {
      const decided = await guards.decide(tenantId, runId, answer)
      if (decided?.hasMoved) onEvent(runId)
      return decided && toRun(decided.row)
    },
    expireGuardIn: guards.expireIn,
  }
}

/** A run that waits for the next day's budget goes on by itself; one that a person has paused must not. */
function takesOverBudgetPause(run: RunSummary, trigger: RunRequest): boolean {
  return trigger === 'pause' && run.status === 'paused' && run.waiting?.reason === 'daily_budget'
}

/** A worker holds the run: it reads the intent and obeys, or goes on where a resume has withdrawn it. */
async function setIntent(tx: Tx, run: RunSummary, request: RunRequest): Promise<RunSummary> {
  const intent = intentAfter(run.intent, request)
  if (intent === run.intent) return run
  await tx.query('UPDATE app.runs SET intent = $3 WHERE tenant_id = $1 AND run_id = $2', [
    run.tenantId,
    run.id,
    intent,
  ])
  return { ...run, intent }
}

/** What viewers of a run that no worker holds are told of the change. */
function eventOf(run: RunSummary, trigger: RunRequest, at: Date): LoggedEvent {
  if (trigger === 'cancel') return cancelledEvent(at)
  const waiting = trigger === 'pause' ? { reason: 'paused' as const, until: null } : null
  return { event: 'progress', data: progressData({ ...run, waiting }, 0) }
}
