import type { Run } from '@espejo/contract'
import { type AccountControl, type AccountOptions, createSimulator, type Simulator } from '@espejo/simulator'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { createClientFactory } from '../../src/connections/client-factory.js'
import { createRequestLimits } from '../../src/connections/request-limits.js'
import { type DatabaseClock, readDatabaseClock } from '../../src/db/database-clock.js'
import { createPool, type Pool } from '../../src/db/pool.js'
import { createGuardExpiry } from '../../src/maintenance/guard-expiry.js'
import { recoverStaleRuns } from '../../src/maintenance/recover-stale-runs.js'
import { createScheduledRun } from '../../src/maintenance/scheduled-run.js'
import { runDueTimers, type TimerHandlers } from '../../src/maintenance/tenant-timers.js'
import { createRunControl, type RunControl } from '../../src/runs/run-control.js'
import { openRunQueue, type RunQueue } from '../../src/runs/run-queue.js'
import { createRunHandler } from '../../src/sync/worker.js'
import { createPendingProcessor } from '../../src/webhooks/process-pending.js'
import { type Client, type TestApp, useApp } from './app.js'
import { until } from './until.js'

/** The whole of Espejo as one node runs it, its API, its worker and a simulator, under a clock of the test's own. */
export interface LiveApp {
  readonly app: TestApp
  readonly simulator: Simulator
  readonly erpUrl: string
  /** What the database's clock says to schedules, notifications and recovery. Moves only by {@link LiveApp.pass}. */
  now(): Date
  /** Lets time pass, in seconds. */
  pass(seconds: number): void
  /** A tenant with an account of the simulator under the same name, connected through the API. */
  tenant(
    name: string,
    options?: { account?: Partial<AccountOptions>; connection?: object },
  ): Promise<LiveTenant>
  /** Does what is due now, on this node or on another one. Without `onError` it rejects when any of it fails. */
  runDueTimers(options?: {
    node?: Node
    onError?: (error: unknown, tenantId: string) => void
  }): Promise<number>
  recover(node?: Node): Promise<number>
  /** One more process on the same database, without a worker. Gone at the end of the file. */
  node(): Promise<Node>
}

interface Node {
  pool: Pool
  queue: RunQueue
  runControl: RunControl
}

export interface LiveTenant {
  id: string
  erp: AccountControl
  call: Client
  /** Newest first. */
  runs(): Promise<Run[]>
  /** The newest run, once it is as described. */
  newest(condition: (run: Run) => boolean, seconds?: number): Promise<Run>
  ended(seconds?: number): Promise<Run>
}

export function useLiveApp(
  options: { runsAtOnce?: number; worker?: boolean; publicUrl?: (address: string) => string | null } = {},
): LiveApp {
  let simulator: Simulator | undefined
  let baseUrl = ''
  let time = Date.now()
  let passedMs = 0
  const now = () => new Date(time)
  /** Stands for the database's clock wherever the parts read it. */
  const clock: DatabaseClock = async () => now()
  /** For recovery, which compares with signs of life that carry PostgreSQL's own time. */
  const movedClock: DatabaseClock = async (tx) => new Date((await readDatabaseClock(tx)).getTime() + passedMs)
  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
  })
  const app = useApp({
    cianboxBaseUrl: () => baseUrl,
    now,
    clock,
    publicUrl: options.publicUrl ?? ((address) => address),
  })
  const onEvent = () => undefined
  const closing: (() => Promise<void>)[] = []

  async function node(): Promise<Node> {
    const pool = createPool(app.database.url, { max: 20, name: 'node', onError: () => undefined })
    const queue = await openRunQueue(pool, { supervise: true, onError: () => undefined })
    closing.push(async () => {
      await queue.stop(5000)
      await pool.end()
    })
    return { pool, queue, runControl: createRunControl({ pool, queue, now, onEvent }) }
  }

  let main: Node
  beforeAll(async () => {
    main = await node()
    if (options.worker === false) return
    const { pool, queue } = main
    const limitsFor = createRequestLimits({ pool, now: () => new Date() })
    const clients = createClientFactory({ ...app.deps, pool, baseUrl, limitsFor })
    const handle = createRunHandler({
      pool,
      openConnection: clients.forTenant,
      now: () => new Date(),
      onEvent,
      log: { info: () => undefined, error: () => undefined },
    })
    await queue.work(options.runsAtOnce ?? 20, handle)
  })
  afterAll(async () => {
    for (const close of closing.reverse()) await close()
    await simulator?.close()
  })

  const live: LiveApp = {
    app,
    get simulator() {
      if (!simulator) throw new Error('The simulator is there from beforeAll on.')
      return simulator
    },
    get erpUrl() {
      return baseUrl
    },
    now,
    pass(seconds) {
      time += seconds * 1000
      passedMs += seconds * 1000
    },
    async tenant(name, { account = {}, connection = {} } = {}) {
      const login = { cuenta: name, user: 'demo', password: 'demo' }
      const erp = live.simulator.addAccount({ ...login, products: 450, ...account })
      await ensureTenant(app.database.pool, name, name)
      const call: Client = async (...request) => (await app.as(name))(...request)
      const form = { ...login, appName: 'espejo', appCode: 'test', requestsPerSecond: 50, ...connection }
      const { status, text } = await call('PUT', '/api/cianbox/connection', { body: form })
      if (status !== 200) throw new Error(text)
      const runs = async () => (await call('GET', '/api/cianbox/sync/runs?limit=200')).json.items as Run[]
      const newest = (condition: (run: Run) => boolean, seconds?: number) =>
        until(async () => {
          const [run] = await runs()
          return run !== undefined && condition(run) && run
        }, seconds)
      const ended = (seconds?: number) => newest((run) => run.endedAt !== null, seconds)
      return { id: name, erp, call, runs, newest, ended }
    },
    runDueTimers({ node: on = main, onError = rethrow } = {}) {
      const deps = { runControl: on.runControl, onEvent }
      const handlers: TimerHandlers = {
        full: createScheduledRun('full', deps),
        incremental: createScheduledRun('incremental', deps),
        notified: createPendingProcessor(deps),
        guard: createGuardExpiry(deps),
      }
      return runDueTimers(on.pool, handlers, clock, onError)
    },
    recover: (on = main) => recoverStaleRuns({ ...on, onEvent }, movedClock, rethrow),
    node,
  }
  return live
}

function rethrow(error: unknown): never {
  throw error
}
