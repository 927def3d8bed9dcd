import type { CianboxClient } from '@espejo/cianbox'
import type { Connection, Waiting } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'
import { claimRun, fixPageSize, settle } from '../runs/held-run.js'
import type { Place, RunJob } from '../runs/run-queue.js'
import type { RunRow } from '../runs/run-row.js'
import { sweepGuardShare } from '../schedule/schedule-store.js'
import { conclude } from './conclude.js'
import { RunFailure } from './failure.js'
import { completeData, stateOf } from './ledger.js'
import { type LentPlace, lendWhileQuiet } from './lent-place.js'
import { advanceMirror, findMirror } from './mirror-store.js'
import { forgetPages } from './page-store.js'
import { hasPassStart } from './pass-store.js'
import { createSession, type Session } from './session.js'
import { type StopWatch, watchForStop } from './stop-watch.js'
import { synchronise } from './synchronise.js'

/** What the client tells of its requests while it works. */
export interface ClientHooks {
  onRequest(): void
  onWaiting(
    waiting: { reason: 'retry_after' | 'backoff' | 'rate_limit' | 'circuit_open'; until: Date | null } | null,
  ): void
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
/** Shorter waits are the limiter's ordinary work and not worth a frame. */
const NOTICEABLE_WAIT_MS = 1500

/**
 * The handler of one job: takes the run, works on it, and gives it its ending. Throws when another
 * worker should go on from the checkpoint.
 */
export function createRunHandler(
  deps: WorkerDeps,
): (job: RunJob, leaving: AbortSignal, place: Place) => Promise<void> {
  return async (job, leaving, place) => {
    const run = await claimRun(deps.pool, job.tenantId, job.runId)
    if (!run) return
    deps.log.info({ tenantId: run.tenantId, runId: run.id, epoch: run.epoch }, 'run claimed')
    const stop = watchForStop(deps.pool, run, leaving)
    const lent = lendWhileQuiet(place)
    let session: Session | undefined
    try {
      await work(deps, run, stop, lent, (opened) => {
        session = opened
      })
    } catch (error) {
      await conclude(deps, session?.held() ?? run, session?.state() ?? stateOf(run), stop.reason(), error)
    } finally {
      lent.close()
      stop.close()
      deps.onEvent(run.id)
    }
  }
}

/** From the connection to the good ending; throws for every other. */
async function work(
  deps: WorkerDeps,
  run: RunRow,
  stop: StopWatch,
  lent: LentPlace,
  onSession: (session: Session) => void,
): Promise<void> {
  const { pool, now } = deps
  if (run.fruitless > MAX_FRUITLESS_CLAIMS) {
    throw new RunFailure(
      'no_progress',
      `La sincronización se interrumpió ${MAX_FRUITLESS_CLAIMS} veces seguidas sin avanzar. Avisale a quien administra Espejo: el registro del servidor dice por qué.`,
    )
  }
  let session: Session | undefined
  const opened = await deps.openConnection(run.tenantId, {
    onRequest: () => session?.countRequest(),
    // A notice that cannot be written is no loss: the page that follows says more.
    onWaiting: (waiting) => void session?.wait(noticeable(waiting, now())).catch(() => undefined),
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
    const { cuenta, dialect } = connection
    const { mirror, guardShare } = await withTenant(pool, run.tenantId, async (tx) => ({
      mirror: await findMirror(tx, run.tenantId),
      guardShare: await sweepGuardShare(tx, run.tenantId),
    }))
    session = createSession({
      ...deps,
      run,
      dialect,
      logsCreations: mirror !== null,
      onIntent: stop.request,
      onWriting: (isWriting) => (isWriting ? lent.writing() : lent.quiet()),
    })
    lent.quiet()
    onSession(session)
    await synchronise(session, client, {
      pool,
      pageSize: await fixPageSize(pool, run, connection.pageSize),
      watermark: mirror?.cuenta === cuenta ? mirror.watermark : null,
      guardShare,
      // Two turns of the tenant's own pace.
      pauseMs: 2000 / connection.requestsPerSecond,
      signal: stop.signal,
    })
    stop.signal.throwIfAborted()
    await complete(pool, session, cuenta, now())
    deps.log.info({ tenantId: run.tenantId, runId: run.id }, 'run complete')
  } finally {
    await client.close()
  }
}

async function complete(pool: Pool, session: Session, cuenta: string, at: Date): Promise<void> {
  const { run } = session
  const state = session.state()
  await settle(pool, session.held(), {
    trigger: 'complete',
    state,
    event: { event: 'complete', data: completeData(state, run.startedAt ?? run.createdAt, at) },
    also: async (tx) => {
      await forgetPages(tx, run)
      if (run.dryRun || run.mode === 'ids') return
      const { newestSeen } = state
      // An incremental run that had nothing to read back to has walked the whole catalogue.
      const isFull = run.mode === 'full' || (await hasPassStart(tx, run))
      await advanceMirror(tx, run.tenantId, { cuenta, newestSeen, isFull })
    },
  })
}

function noticeable(waiting: Parameters<ClientHooks['onWaiting']>[0], now: Date): Waiting | null {
  if (!waiting || (waiting.until && waiting.until.getTime() - now.getTime() < NOTICEABLE_WAIT_MS)) return null
  return { reason: waiting.reason, until: waiting.until?.toISOString() ?? null }
}
