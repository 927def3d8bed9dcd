import type { CianboxClient } from '@espejo/cianbox'
import type { Connection, Waiting } from '@espejo/contract'
import { updateMirror } from '../catalog/mirror-store.js'
import { readDatabaseClock } from '../db/database-clock.js'
import { type Pool, withTenant } from '../db/pool.js'
import { sweepGuardShare } from '../maintenance/schedule-store.js'
import { claimRun } from '../runs/held-run.js'
import { deletePages } from '../runs/page-store.js'
import { hasPassStart } from '../runs/pass-store.js'
import type { RunRow } from '../runs/run-row.js'
import type { RunJobHandler } from '../runs/worker-pool.js'
import { RunFailure } from './failure.js'
import { finishRun } from './finish-run.js'
import { completeData } from './ledger.js'
import { createPhaseContext } from './phase-context.js'
import { pinSettings } from './pin-settings.js'
import { releaseWhileWaiting } from './release-while-waiting.js'
import { runPhases } from './run-phases.js'
import { createRunWriter, type RunWriter } from './run-writer.js'
import { connectionMissing } from './settings-change.js'
import { createStopSignal, type StopSignal } from './stop-signal.js'
import { findUsableMirror } from './usable-mirror.js'

/** What the client tells of its requests while it works. */
export interface ClientHooks {
  onRequest(): void
  onWaiting(
    waiting: { reason: 'retry_after' | 'backoff' | 'rate_limit' | 'circuit_open'; until: Date | null } | null,
  ): void
}

/** A client on a tenant's account, and the connection that it was made from. It has sent nothing yet. */
export interface OpenedConnection {
  client: CianboxClient
  connection: Connection
  credentialsVersion: number
}

/** A tenant's connection and a client on it; null when none is configured. */
export type OpenConnection = (tenantId: string, hooks: ClientHooks) => Promise<OpenedConnection | null>

export interface WorkerDeps {
  pool: Pool
  openConnection: OpenConnection
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void }
}

/** A run that was claimed this often without committing one page ends: it only kills its workers. */
const MAX_CLAIMS_WITHOUT_PROGRESS = 5
/** Shorter waits are the limiter's ordinary work and not worth a frame. */
const NOTICEABLE_WAIT_MS = 1500

/**
 * The handler of one job: claims the run, works on it, and gives it its ending. Throws when another
 * worker should go on from the checkpoint.
 */
export function createRunHandler(deps: WorkerDeps): RunJobHandler {
  return async (job, leaving, slot) => {
    const run = await claimRun(deps.pool, job.tenantId, job.runId)
    if (!run) return
    deps.log.info({ tenantId: run.tenantId, runId: run.id, epoch: run.epoch }, 'run claimed')
    const stop = createStopSignal(deps.pool, run, leaving)
    const waitingSlot = releaseWhileWaiting(slot)
    const writer = createRunWriter({ ...deps, run, slot: waitingSlot, onIntent: stop.request })
    try {
      failWithoutProgress(run)
      await work(deps, writer, stop)
    } catch (error) {
      await finishRun(deps, writer, stop.reason(), error)
    } finally {
      waitingSlot.close()
      stop.close()
      deps.onEvent(run.id)
    }
  }
}

function failWithoutProgress(run: RunRow): void {
  if (run.claimsWithoutProgress <= MAX_CLAIMS_WITHOUT_PROGRESS) return
  throw new RunFailure(
    'no_progress',
    `La sincronización se interrumpió ${MAX_CLAIMS_WITHOUT_PROGRESS} veces seguidas sin avanzar. Avisale a quien administra Espejo: el registro del servidor dice por qué.`,
  )
}

/** From the connection to the good ending; throws for every other. */
async function work(deps: WorkerDeps, writer: RunWriter, stop: StopSignal): Promise<void> {
  const { pool, now, log } = deps
  const { run } = writer
  const opened = await deps.openConnection(run.tenantId, {
    onRequest: writer.countRequest,
    onWaiting: (waiting) => writer.notice(noticeable(waiting, now())),
  })
  if (!opened) throw connectionMissing()
  const { client } = opened
  try {
    const world = await pinSettings(pool, run, opened, stop)
    const { mirror, guardShare } = await withTenant(pool, run.tenantId, async (tx) => ({
      mirror: await findUsableMirror(tx, run, world),
      guardShare: await sweepGuardShare(tx, run.tenantId),
    }))
    const context = createPhaseContext(writer, { dialect: world.dialect, logsCreations: mirror.exists })
    await runPhases(context, client, {
      pool,
      pageSize: world.pageSize,
      watermark: mirror.watermark,
      guardShare,
      // Two turns of the tenant's own pace.
      pauseMs: 2000 / opened.connection.requestsPerSecond,
      signal: stop.signal,
    })
    stop.signal.throwIfAborted()
    // Its duration is told by one clock, that of its start.
    await complete(writer, world.cuenta, await readDatabaseClock(pool))
    log.info({ tenantId: run.tenantId, runId: run.id }, 'run complete')
  } finally {
    await client.close()
  }
}

function complete(writer: RunWriter, cuenta: string, at: Date): Promise<void> {
  const { run } = writer
  return writer.end((state) => ({
    trigger: 'complete',
    event: { event: 'complete', data: completeData(state, run.startedAt ?? run.createdAt, at) },
    also: async (tx) => {
      await deletePages(tx, run)
      if (run.dryRun || run.mode === 'ids') return
      const { newestSeen } = state
      // An incremental run that had nothing to read back to has walked the whole catalogue.
      const isFull = run.mode === 'full' || (await hasPassStart(tx, run))
      await updateMirror(tx, run.tenantId, { cuenta, newestSeen, isFull })
    },
  }))
}

function noticeable(waiting: Parameters<ClientHooks['onWaiting']>[0], now: Date): Waiting | null {
  if (!waiting || (waiting.until && waiting.until.getTime() - now.getTime() < NOTICEABLE_WAIT_MS)) return null
  return { reason: waiting.reason, until: waiting.until?.toISOString() ?? null }
}
