import type { Run } from '@espejo/contract'
import { type AccountControl, type AccountOptions, createSimulator, type Simulator } from '@espejo/simulator'
import { until } from '@espejo/tooling/until'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { startWithCleanup } from '../../src/app/lifecycle.js'
import { type Services, startServices, timerHandlers } from '../../src/app/services.js'
import { type DatabaseClock, readDatabaseClock } from '../../src/db/database-clock.js'
import { recoverStaleRuns } from '../../src/maintenance/recover-stale-runs.js'
import { runDueTimers } from '../../src/maintenance/tenant-timers.js'
import { type Client, type TestApp, useApp } from './app.js'

/** One node of Espejo, with API, worker and a simulator, under a clock that the test sets. */
export interface LiveApp {
  readonly app: TestApp
  readonly simulator: Simulator
  readonly erpUrl: string
  /** The time of the database's clock for schedules, notifications and recovery. Changes only by {@link LiveApp.pass}. */
  now(): Date
  /** Advances the clock, in seconds. */
  pass(seconds: number): void
  /** A tenant with an account of the simulator under the same name, connected through the API. */
  tenant(
    name: string,
    options?: { account?: Partial<AccountOptions>; connection?: object },
  ): Promise<LiveTenant>
  /** Runs the timers that are due, on this node or on another one. Without `onError` it rejects when one fails. */
  runDueTimers(options?: {
    node?: Node
    onError?: (error: unknown, tenantId: string) => void
  }): Promise<number>
  recover(node?: Node): Promise<number>
  /** One more process on the same database, without a worker. Stopped at the end of the file. */
  node(): Promise<Node>
}

type Node = Services

export interface LiveTenant {
  id: string
  erp: AccountControl
  call: Client
  /** Newest first. */
  runs(): Promise<Run[]>
  /** Waits until the newest run meets the condition. */
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
  /** Replaces the database's clock in the API and the timers. */
  const clock: DatabaseClock = async () => now()
  /** The clock of recovery, which compares with heartbeats in PostgreSQL's own time. */
  const movedClock: DatabaseClock = async (tx) => new Date((await readDatabaseClock(tx)).getTime() + passedMs)
  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
  })
  const app = useApp({
    cianboxBaseUrl: () => baseUrl,
    now,
    clock,
    worker: true,
    publicUrl: (address) => address,
    ...options,
  })
  const stops: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop()
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
    runDueTimers({ node = app.services, onError = rethrow } = {}) {
      return runDueTimers(node.pool, timerHandlers(node), clock, onError)
    },
    recover: (node = app.services) =>
      recoverStaleRuns({ ...node, onEvent: node.wakeups.touch }, movedClock, rethrow),
    async node() {
      const { config, log } = app.services
      const { started, stop } = await startWithCleanup((onStop) =>
        startServices(config, log, onStop, { now, worker: false, maintenance: false }),
      )
      stops.push(stop)
      return started
    },
  }
  return live
}

function rethrow(error: unknown): never {
  throw error
}
