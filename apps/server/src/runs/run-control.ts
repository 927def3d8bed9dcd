import type { LoggedEvent, Run, RunMode } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { appendEvent } from './event-log.js'
import { createGuardDecisions, type GuardDecisions } from './guard-decisions.js'
import { newId } from './ids.js'
import { cancelledEvent, startEvent } from './pure/messages.js'
import { intentAfter, type RunRequest, transition } from './pure/transitions.js'
import type { RunQueue } from './run-queue.js'
import { type RunSummary, toRun } from './run-row.js'
import { progressData } from './run-state.js'
import { activeRun, insertRun, lockRun } from './run-store.js'
import { transitionRun } from './transition-run.js'

export interface StartRun {
  mode: RunMode
  dryRun: boolean
  /** Cianbox ids of mode `ids`; null in the other modes. */
  ids: string[] | null
  /** A user's id; null when the schedule or a webhook starts the run. */
  startedBy: string | null
}

/** Starts and controls runs. Every method is idempotent. */
export interface RunControl {
  /** Starts a run, or returns the active one: a tenant has at most one active run. */
  start(tenantId: string, request: StartRun): Promise<{ run: Run; started: boolean }>
  /**
   * As {@link start}, in the caller's transaction; null when a run is active. The caller calls `onEvent` after the
   * commit.
   */
  startIn(tx: Tx, tenantId: string, request: StartRun): Promise<RunSummary | null>
  /** Ends an active run; its committed pages stay. Null when there is no such run. */
  cancel(tenantId: string, runId: string): Promise<Run | null>
  /** Null when there is no such run. A run that has ended stays as it is. */
  pause(tenantId: string, runId: string): Promise<Run | null>
  /** Also withdraws a pause that the run's worker has not carried out yet. Null when there is no such run. */
  resume(tenantId: string, runId: string): Promise<Run | null>
  /**
   * Records a person's decision on the run's guard: `confirmed` resumes the run, `refused` ends it. A run without
   * an open guard stays as it is. Null when there is no such run.
   * @throws `GuardChanged` when `revision` is given and is not that of the open guard
   */
  decideGuard(...answer: Parameters<GuardDecisions['decide']>): Promise<Run | null>
  /** See {@link GuardDecisions.expireIn}. The caller calls `onEvent` after the commit. */
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
    // The active run may have ended between the two statements.
    if (!outcome.row) return start(tenantId, request)
    if (outcome.started) onEvent(outcome.row.id)
    return { run: toRun(outcome.row), started: outcome.started }
  }

  async function request(tenantId: string, runId: string, trigger: RunRequest): Promise<Run | null> {
    let hasMoved = false
    const row = await withTenant(pool, tenantId, async (tx) => {
      const run = await lockRun(tx, tenantId, runId)
      if (!run || transition(run.status, trigger) === null || isPausedAlready(run, trigger)) return run
      if (run.status === 'running') return setIntent(tx, run, trigger)
      hasMoved = true
      const moved = await transitionRun(tx, run, trigger, eventOf(run, trigger, now()))
      if (moved.status === 'queued') await queue.enqueue(tx, { tenantId, runId })
      return moved
    })
    if (hasMoved) onEvent(runId)
    return row && toRun(row)
  }

  return {
    start,
    startIn,
    cancel: (tenantId, runId) => request(tenantId, runId, 'cancel'),
    pause: (tenantId, runId) => request(tenantId, runId, 'pause'),
    resume: (tenantId, runId) => request(tenantId, runId, 'resume'),
    async decideGuard(tenantId, runId, answer) {
      const decided = await guards.decide(tenantId, runId, answer)
      if (decided?.hasMoved) onEvent(runId)
      return decided && toRun(decided.row)
    },
    expireGuardIn: guards.expireIn,
  }
}

/**
 * Whether a pause changes nothing. It changes what a run waits for that waits for the next day's budget: that one
 * would resume by itself, and a run that a person paused must not.
 */
function isPausedAlready(run: RunSummary, trigger: RunRequest): boolean {
  return trigger === 'pause' && run.status === 'paused' && run.waiting?.reason !== 'daily_budget'
}

/** For a run that a worker holds: the worker polls the intent and carries it out. */
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

/** The event that reports a request to a run that no worker holds. */
function eventOf(run: RunSummary, trigger: RunRequest, at: Date): LoggedEvent {
  if (trigger === 'cancel') return cancelledEvent(at)
  const waiting = trigger === 'pause' ? { reason: 'paused' as const, until: null } : null
  return { event: 'progress', data: progressData({ ...run, waiting }, 0) }
}
