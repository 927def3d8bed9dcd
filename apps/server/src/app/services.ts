import type { Logger } from 'pino'
import type { Session } from '../accounts/session.js'
import {
  type ClientFactory,
  type ClientOverrides,
  createClientFactory,
} from '../connections/client-factory.js'
import { createConnectionStore } from '../connections/connection-store.js'
import { createRequestLimits, type LimitsFor } from '../connections/request-limits.js'
import { createSealer } from '../connections/secrets.js'
import { clockDifference, type DatabaseClock, describeDifference } from '../db/database-clock.js'
import { createPool, type Pool } from '../db/pool.js'
import { createGuardExpiry } from '../maintenance/guard-expiry.js'
import { createScheduledRun } from '../maintenance/scheduled-run.js'
import { startMaintenance } from '../maintenance/start-maintenance.js'
import type { TimerHandlers } from '../maintenance/tenant-timers.js'
import { startPresenceReports } from '../maintenance/worker-presence.js'
import { createRunControl, type RunControl } from '../runs/run-control.js'
import { openRunQueue, type RunQueue } from '../runs/run-queue.js'
import type { HubOptions } from '../stream/hub-options.js'
import { createWakeups, type Wakeups } from '../stream/wakeups.js'
import { createRunHandler } from '../sync/worker.js'
import { createPendingProcessor } from '../webhooks/process-pending.js'
import { type Config, isLoopback } from './config.js'
import { startDemoErp } from './demo.js'
import { ensureDemoTenants, hasDemoLogin } from './demo-tenants.js'
import { openDatabase, StartError } from './open-database.js'

/** What the API, the worker and maintenance share in one process. */
export interface Services {
  config: Config
  log: Logger
  pool: Pool
  secretKey: Buffer
  sealer: ReturnType<typeof createSealer>
  baseUrl: string
  wakeups: Wakeups
  queue: RunQueue
  limitsFor: LimitsFor
  clients: ClientFactory
  runControl: RunControl
}

/** Parts that tests, benchmarks and chaos rounds replace. The service itself passes none. */
export interface Overrides {
  /** Clock of the API and of run control. Workers and timers use the system's. @defaultValue the system's */
  now?: () => Date
  /** Clock for what the API compares with times in the database. @defaultValue PostgreSQL's */
  clock?: DatabaseClock
  /** Whether this process works on runs. @defaultValue by its role */
  worker?: boolean
  /** Whether recovery, schedules and retention run by timers. @defaultValue true */
  maintenance?: boolean
  /** Options of each worker's ERP client, over those of the connection. */
  client?: ClientOverrides
  /** Longest time of a connection test, and of removing a webhook from the ERP. Milliseconds. */
  connectionTestMs?: number
  webhookRemovalMs?: number
  /** Options of the stream hub. */
  hub?: Partial<HubOptions>
  /** Whether the user of a session still exists in its role. @defaultValue looks in the database */
  isSessionLive?: (session: Session) => Promise<boolean>
  /** Where the ERP reaches the API, from the address that it listens at. @defaultValue by the configuration */
  publicUrl?: (url: string) => string | null
  /** Folder of the built web app. */
  webDir?: string
}

/**
 * Starts everything but HTTP: database, queue, worker, maintenance. Registers the cleanup of each with `onStop`.
 * @throws {@link StartError} and others
 */
export async function startServices(
  config: Config,
  log: Logger,
  onStop: (stop: () => Promise<void>) => void,
  overrides: Overrides = {},
): Promise<Services> {
  const { databaseUrl, secretKey } = await openDatabase(config, onStop, {
    onBlocked: () =>
      log.warn('a migration waits for a table that another session holds locked, and is tried again'),
  })
  const onError = (error: Error) => log.warn({ err: error }, 'a database connection failed')
  const pool = createPool(databaseUrl, { max: 20, name: config.role, onError })
  onStop(() => pool.end())
  await compareClocks(pool)

  const sealer = createSealer(secretKey)
  const baseUrl = await openErp(config, { pool, sealer }, onStop)
  const wakeups = createWakeups({ pool, listenTo: databaseUrl, onError })
  onStop(() => wakeups.close())
  const isWorker = config.role !== 'api'
  const queue = await openRunQueue(pool, { supervise: isWorker, onError })
  onStop(() => queue.stop(10_000))

  const limitsFor = createRequestLimits({ pool, now })
  const clients = createClientFactory({ pool, sealer, baseUrl, limitsFor })
  const runControl = createRunControl({ pool, queue, now: overrides.now ?? now, onEvent: wakeups.touch })
  const services: Services = {
    config,
    log,
    pool,
    secretKey,
    sealer,
    baseUrl,
    wakeups,
    queue,
    limitsFor,
    clients,
    runControl,
  }
  if (overrides.worker ?? isWorker) await startWorker(services, onStop, overrides.client)
  if (overrides.maintenance ?? true) onStop(startPeriodicTasks(services).stop)
  return services
}

const now = () => new Date()

/** Refuses to start with a clock that is far off: sessions would expire too early or too late. */
async function compareClocks(pool: Pool): Promise<void> {
  const difference = describeDifference(await clockDifference(pool, now))
  if (difference === null) return
  throw new StartError(
    `The clock of this machine is ${difference}, and at most 5 min are allowed. Set the clock of the one that is wrong, for example with \`timedatectl set-ntp true\`, and start again.`,
  )
}

/** The base URL of the ERP. In the demo, starts the simulator and creates the tenants that use it. */
async function openErp(
  config: Config,
  deps: { pool: Pool; sealer: ReturnType<typeof createSealer> },
  onStop: (stop: () => Promise<void>) => void,
): Promise<string> {
  if (!config.demo) {
    await refuseDemoLogins(config, deps.pool)
    return config.cianboxBaseUrl
  }
  const erp = await startDemoErp({ products: config.demoProducts, latencyMs: config.demoLatencyMs })
  onStop(erp.stop)
  await ensureDemoTenants(deps.pool, { connections: createConnectionStore(deps), cuentas: erp.cuentas })
  return erp.baseUrl
}

/** Refuses to serve a database of the demo to other machines: the passwords of its logins are public. */
async function refuseDemoLogins({ role, host }: Config, pool: Pool): Promise<void> {
  if (role === 'worker' || isLoopback(host) || !(await hasDemoLogin(pool))) return
  throw new StartError(
    `HOST: this database has logins of the demo, whose passwords are public, so ${host} is refused. Use another database (or ESPEJO_DATA_DIR), or change or delete those users.`,
  )
}

async function startWorker(
  { config, queue, pool, clients, wakeups, log }: Services,
  onStop: (stop: () => Promise<void>) => void,
  clientOverrides: ClientOverrides = {},
): Promise<void> {
  const handle = createRunHandler({
    pool,
    openConnection: (tenantId, hooks) => clients.forTenant(tenantId, { ...clientOverrides, ...hooks }),
    now,
    onEvent: wakeups.touch,
    log,
  })
  await queue.work(config.runsAtOnce, handle)
  onStop(
    startPresenceReports(pool, (err) =>
      log.warn({ err }, 'the presence of this worker could not be reported'),
    ),
  )
}

/** What each of a tenant's timers does when it is due. */
export function timerHandlers({
  runControl,
  wakeups,
}: Pick<Services, 'runControl' | 'wakeups'>): TimerHandlers {
  const deps = { runControl, onEvent: wakeups.touch }
  return {
    full: createScheduledRun('full', deps),
    incremental: createScheduledRun('incremental', deps),
    notified: createPendingProcessor(deps),
    guard: createGuardExpiry(deps),
  }
}

/** In every process, so that stale runs end and paused ones resume even while no worker is up. */
function startPeriodicTasks(services: Services) {
  const { config, pool, queue, runControl, wakeups, log } = services
  return startMaintenance({
    runControl,
    onEvent: wakeups.touch,
    pool,
    queue,
    handlers: timerHandlers(services),
    retention: { changesDays: config.changesDays },
    now,
    onError: (error, task) => log.warn({ err: error, task }, 'a maintenance task failed and is tried again'),
    onClockDrift: (difference) =>
      log.warn(
        `the clock of this machine is ${difference}: set it, sessions and tickets expire by this clock`,
      ),
  })
}
