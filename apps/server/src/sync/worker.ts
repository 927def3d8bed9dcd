import { type CianboxClient, CianboxError } from '@espejo/cianbox'
import type { Connection, Waiting } from '@espejo/contract'
import type { Pool } from '../db/pool.js'
import {
  claimRun,
  fixPageSize,
  type RunState,
  readIntent,
  releaseRun,
  SupersededError,
  settle,
} from '../runs/held-run.js'
import { cancelledEvent, errorEvent } from '../runs/messages.js'
import type { RunJob } from '../runs/run-queue.js'
import type { RunRow } from '../runs/run-row.js'
import { CODE_OF_KIND, RunFailure } from './failure.js'
import { completeData, progressData } from './ledger.js'
import { createSession, type Session } from './session.js'
import { SweepNeedsConfirmation } from './sweep.js'
import { synchronise } from './synchronise.js'

/** What the client tells of its requests while it works. */
export interface ClientHooks {
  onRequest(): void
  onWaiting(waiting: { reason: 'retry_after' | 'backoff' | 'rate_limit'; until: Date | null } | null): void
}

/** A tenant's connection and a client on it; null when none is configured. */
export type OpenConnection = (
  tenantId: string,
  hooks: ClientHooks,
) => Promise<{ client: CianboxClient; connection: Connection } | null>

export interface WorkerDeps {
  pool: Pool
  openConnection: OpenConnection
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void }
}

/** A run that was claimed this often without committing one page ends: it only kills its workers. */
const MAX_FRUITLESS_CLAIMS = 5
/** How often a person's wish to cancel or pause is looked for. */
const INTENT_INTERVAL_MS = 1000
/** Shorter waits are the limiter's ordinary work and not worth a frame. */
const NOTICEABLE_WAIT_MS = 1500
const GUARD_SHARE = 0.15

/** Why a run stops before its end, other than by failing. */
type Stop = 'cancel' | 'pause' | 'handover' | 'superseded'

/**
 * The handler of one job: takes the run, works on it, and gives it its ending. Throws when another
 * worker should go on from the checkpoint.
 */
export function createRunHandler(deps: WorkerDeps): (job: RunJob, signal: AbortSignal) => Promise<void> {
  return async (job, signal) => {
    const run = await claimRun(deps.pool, job.tenantId, job.runId)
    if (!run) return
    const log = { runId: run.id, tenantId: run.tenantId, epoch: run.epoch }
    deps.log.info(log, 'run claimed')
    const stop = watchForStop(deps.pool, run, signal)
    const session = createSession({ ...deps, run, onIntent: stop.request })
    try {
      await work(deps, session, stop.signal)
      const ending = completeData(session.state(), run.startedAt ?? run.createdAt, deps.now())
      await settle(deps.pool, run, {
        trigger: 'complete',
        state: session.state(),
        event: { event: 'complete', data: ending },
      })
      deps.log.info(log, 'run complete')
    } catch (error) {
      await conclude(deps, session, stop.reason() ?? stopOf(error), error)
    } finally {
      stop.close()
      deps.onEvent(run.id)
    }
  }
}

async function work(deps: WorkerDeps, session: Session, signal: AbortSignal): Promise<void> {
  const { run } = session
  if (run.fruitless > MAX_FRUITLESS_CLAIMS) {
    throw new RunFailure(
      'no_progress',
      `La sincronización se interrumpió ${MAX_FRUITLESS_CLAIMS} veces seguidas sin avanzar. Avisale a quien administra Espejo: el registro del servidor dice por qué.`,
    )
  }
  const opened = await deps.openConnection(run.tenantId, {
    onRequest: session.countRequest,
    onWaiting: (waiting) => void session.wait(noticeable(waiting, deps.now())).catch(() => undefined),
  })
  if (!opened) {
    throw new RunFailure(
      'connection_missing',
      'Todavía no hay una conexión con Cianbox. Cargala en Conexión.',
    )
  }
  const { client, connection } = opened
  try {
    if (!connection.isActive) {
      throw new RunFailure(
        'connection_inactive',
        'La conexión con Cianbox está desactivada. Activala en Conexión.',
      )
    }
    const pageSize = await fixPageSize(deps.pool, run, connection.pageSize)
    await synchronise(session, client, {
      pool: deps.pool,
      pageSize,
      dialect: connection.dialect,
      guardShare: GUARD_SHARE,
      signal,
    })
    signal.throwIfAborted()
  } finally {
    await client.close()
  }
}

/** Gives a run that did not complete what it is due: its ending, its pause, or another worker. */
async function conclude(
  deps: WorkerDeps,
  session: Session,
  stop: Stop | null,
  error: unknown,
): Promise<void> {
  const { run } = session
  const log = { runId: run.id, tenantId: run.tenantId, epoch: run.epoch }
  const { pool, now } = deps
  if (stop === 'superseded') {
    deps.log.info(log, 'run is held by another worker, or has ended')
  } else if (stop === 'handover') {
    await releaseRun(pool, run)
    throw new Error('This worker is stopping; another one goes on from the checkpoint.', { cause: error })
  } else if (stop === 'cancel') {
    await settle(pool, run, { trigger: 'cancel', state: session.state(), event: cancelledEvent(now()) })
    deps.log.info(log, 'run cancelled')
  } else if (stop === 'pause') {
    const reason = error instanceof SweepNeedsConfirmation ? 'sweep_confirmation' : 'paused'
    const state: RunState = { ...session.state(), waiting: { reason, until: null }, etaSeconds: null }
    await settle(pool, run, {
      trigger: 'pause',
      state,
      event: { event: 'progress', data: progressData(state, 0) },
    })
    deps.log.info({ ...log, reason }, 'run paused')
  } else {
    deps.log.error({ ...log, err: error }, 'run stopped by an error')
    const failure = failureOf(error)
    if (!failure) throw error
    const event = errorEvent(failure.code, failure.message, now())
    await settle(pool, run, { trigger: 'fail', state: session.state(), event })
  }
}

function stopOf(error: unknown): Stop | null {
  if (error instanceof SupersededError) return 'superseded'
  return error instanceof SweepNeedsConfirmation ? 'pause' : null
}

/** The run's ending for an error; null when it is ours and trying again may help. */
function failureOf(error: unknown): RunFailure | null {
  if (error instanceof RunFailure) return error
  if (error instanceof CianboxError) {
    return new RunFailure(CODE_OF_KIND[error.kind], error.operatorMessage, { cause: error })
  }
  return null
}

function noticeable(waiting: Parameters<ClientHooks['onWaiting']>[0], now: Date): Waiting | null {
  if (!waiting || (waiting.until && waiting.until.getTime() - now.getTime() < NOTICEABLE_WAIT_MS)) return null
  return { reason: waiting.reason, until: waiting.until?.toISOString() ?? null }
}

/** One signal for all that can stop a run in the middle, and the first reason that did. */
function watchForStop(pool: Pool, run: RunRow, jobSignal: AbortSignal) {
  const controller = new AbortController()
  let reason: Stop | null = null
  const request = (why: Stop) => {
    reason ??= why
    controller.abort()
  }
  const handOver = () => request('handover')
  if (jobSignal.aborted) handOver()
  jobSignal.addEventListener('abort', handOver)
  const timer = setInterval(() => {
    readIntent(pool, run).then(
      (intent) => intent && request(intent),
      (error) => error instanceof SupersededError && request('superseded'),
    )
  }, INTENT_INTERVAL_MS)
  return {
    signal: controller.signal,
    request,
    reason: () => reason,
    close() {
      clearInterval(timer)
      jobSignal.removeEventListener('abort', handOver)
    },
  }
}
