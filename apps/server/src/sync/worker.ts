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
import { createPhaseContext } from './phase-context.js'
import { pinSettings } from './pin-settings.js'
import { completeData } from './pure/ledger.js'
import { releaseWhileWaiting } from './release-while-waiting.js'
import { runPhases } from './run-phases.js'
import { createRunWriter, type RunWriter } from './run-writer.js'
import { connectionMissing } from './settings-change.js'
import { createStopSignal, type StopSignal } from './stop-signal.js'
import { findUsableMirror } from './usable-mirror.js'

/** Callbacks of a client for its requests. */
export interface RequestHooks {
  onRequest(): void
  onWaiting(
    waiting: { reason: 'retry_after' | 'backoff' | 'rate_limit' | 'circuit_open'; until: Date | null } | null,
  ): void
}

/** A client for a tenant's ERP account, which has sent no request yet, and the connection that it was created from. */
export interface OpenedConnection {
  client: CianboxClient
  connection: Connection
  credentialsVersion: number
}

/** Creates a client for a tenant's ERP connection; null when none is configured. */
export type ConnectionOpener = (tenantId: string, hooks: RequestHooks) => Promise<OpenedConnection | null>

export interface WorkerDeps {
  pool: Pool
  openConnection: ConnectionOpener
  now: () => Date
  /** Called after a commit that wrote to the run's log. */
  onEvent: (runId: string) => void
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void }
}

/** A run that was claimed so often without committing a page ends: it probably kills its workers. */
const MAX_CLAIMS_WITHOUT_PROGRESS = 5
/** Shorter waits are the limiter's normal operation and are not sent to viewers. */
const NOTICEABLE_WAIT_MS = 1500

/**
 * The handler of one job: claims the run, executes its phases, and ends, pauses or hands it over. It rejects when
 * another worker must continue from the checkpoint.
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
      await executeRun(deps, writer, stop)
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

/** Executes a claimed run up to its `complete` event; throws for every other outcome. */
async function executeRun(deps: WorkerDeps, writer: RunWriter, stop: StopSignal): Promise<void> {
  const { pool, now, log } = deps
  const { run } = writer
  const opened = await deps.openConnection(run.tenantId, {
    onRequest: writer.countRequest,
    onWaiting: (waiting) => writer.notice(noticeable(waiting, now())),
  })
  if (!opened) throw connectionMissing()
  const { client } = opened
  try {
    const settings = await pinSettings(pool, run, opened, stop)
    const { mirror, guardShare } = await withTenant(pool, run.tenantId, async (tx) => ({
      mirror: await findUsableMirror(tx, run, settings),
      guardShare: await sweepGuardShare(tx, run.tenantId),
    }))
    const context = createPhaseContext(writer, { dialect: settings.dialect, logsCreations: mirror.exists })
    await runPhases(context, client, {
      pool,
      pageSize: settings.pageSize,
      watermark: mirror.watermark,
      guardShare,
      // The time of two requests at the tenant's rate.
      pauseMs: 2000 / opened.connection.requestsPerSecond,
      signal: stop.signal,
    })
    stop.signal.throwIfAborted()
    // The database's clock, as for `started_at`: the duration is a difference of the two.
    await complete(writer, settings.cuenta, await readDatabaseClock(pool))
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
      // An incremental run without a usable watermark has walked the whole catalogue.
      const isFull = run.mode === 'full' || (await hasPassStart(tx, run))
      await updateMirror(tx, run.tenantId, { cuenta, newestSeen, isFull })
    },
  }))
}

function noticeable(waiting: Parameters<RequestHooks['onWaiting']>[0], now: Date): Waiting | null {
  if (!waiting || (waiting.until && waiting.until.getTime() - now.getTime() < NOTICEABLE_WAIT_MS)) return null
  return { reason: waiting.reason, until: waiting.until?.toISOString() ?? null }
}
