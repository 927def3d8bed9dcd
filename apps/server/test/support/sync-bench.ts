import { createCianboxClient } from '@espejo/cianbox'
import type { Connection, Run, RunEvent } from '@espejo/contract'
import { type AccountControl, type AccountOptions, createSimulator, type Simulator } from '@espejo/simulator'
import { afterAll, beforeAll } from 'vitest'
import { createConnectionStore } from '../../src/connections/connection-store.js'
import { createSealer } from '../../src/connections/secrets.js'
import { withTenant } from '../../src/db/pool.js'
import { readLog } from '../../src/runs/event-log.js'
import { createRunControl, type RunControl } from '../../src/runs/run-control.js'
import { openRunQueue, type RunQueue } from '../../src/runs/run-queue.js'
import { toRun } from '../../src/runs/run-row.js'
import { findRun } from '../../src/runs/run-store.js'
import { type ConnectionOpener, createRunHandler } from '../../src/sync/worker.js'
import type { TestDatabase } from './database.js'
import { until } from './until.js'

/** A worker on a real database, syncing from a real simulator over HTTP. Each tenant is one account of it. */
export interface SyncBench {
  readonly control: RunControl
  readonly queue: RunQueue
  /** Adds a tenant whose ERP is an account of the simulator, both under this name. */
  addTenant(
    name: string,
    account?: Partial<AccountOptions>,
    connection?: Partial<Connection>,
  ): Promise<AccountControl>
  run(tenantId: string, runId: string): Promise<Run>
  events(tenantId: string, runId: string): Promise<RunEvent[]>
  /** Starts a full run and waits for its ending. */
  sync(tenantId: string): Promise<Run>
  /** Waits until the run is as described. */
  reached(tenantId: string, runId: string, condition: (run: Run) => boolean): Promise<Run>
  ended(tenantId: string, runId: string): Promise<Run>
  paused(tenantId: string, runId: string): Promise<Run>
}

export function useSyncBench(database: TestDatabase): SyncBench {
  let simulator: Simulator
  let baseUrl = ''
  let queue: RunQueue
  let control: RunControl
  const sealer = createSealer(Buffer.alloc(32, 3))
  const connections = () => createConnectionStore({ pool: database.pool, sealer })

  const openConnection: ConnectionOpener = async (tenantId, hooks) => {
    const opened = await connections().open(tenantId)
    if (!opened) return null
    const { connection, password, credentialsVersion } = opened
    const client = createCianboxClient({
      baseUrl,
      cuenta: connection.cuenta,
      credentials: { appName: 'espejo', appCode: 'test', user: connection.user, password },
      dialect: connection.dialect,
      requestsPerSecond: connection.requestsPerSecond,
      retry: { attempts: 3, baseDelayMs: 5, maxDelayMs: 20 },
      timeouts: { headersMs: 500, bodyMs: 3000 },
      ...hooks,
    })
    return { client, connection, credentialsVersion }
  }

  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
    queue = await openRunQueue(database.pool, { supervise: true, onError: () => undefined })
    control = createRunControl({
      pool: database.pool,
      queue,
      now: () => new Date(),
      onEvent: () => undefined,
    })
    const handle = createRunHandler({
      pool: database.pool,
      openConnection,
      now: () => new Date(),
      onEvent: () => undefined,
      log: { info: () => undefined, error: () => undefined },
    })
    await queue.work(4, handle)
  })
  afterAll(async () => {
    await queue?.stop(5000)
    await simulator?.close()
  })

  const bench: SyncBench = {
    get control() {
      return control
    },
    get queue() {
      return queue
    },
    async addTenant(name, account = {}, connection = {}) {
      await withTenant(database.pool, name, (tx) =>
        tx.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $1)', [name]),
      )
      await connections().put(name, {
        cuenta: name,
        appName: 'espejo',
        appCode: 'test',
        user: 'demo',
        password: 'demo',
        pageSize: 100,
        dialect: account.dialect ?? 'v2',
        requestsPerSecond: 1000,
        dailyRequestBudget: null,
        isActive: true,
        ...connection,
      })
      return simulator.addAccount({ cuenta: name, products: 450, ...account })
    },
    async run(tenantId, runId) {
      const row = await withTenant(database.pool, tenantId, (tx) => findRun(tx, tenantId, runId))
      if (!row) throw new Error(`No run ${runId}.`)
      return toRun(row)
    },
    async events(tenantId, runId) {
      const stored = await withTenant(database.pool, tenantId, (tx) =>
        readLog(tx, tenantId, runId, 0, 100_000),
      )
      return stored.map(
        ({ seq, event, data }) => ({ id: `${runId}.${seq}`, event, data: JSON.parse(data) }) as RunEvent,
      )
    },
    async reached(tenantId, runId, condition) {
      return until(async () => {
        const run = await bench.run(tenantId, runId)
        return condition(run) && run
      })
    },
    ended: (tenantId, runId) => bench.reached(tenantId, runId, ({ endedAt }) => endedAt !== null),
    paused: (tenantId, runId) => bench.reached(tenantId, runId, ({ status }) => status === 'paused'),
    async sync(tenantId) {
      const { run } = await control.start(tenantId, {
        mode: 'full',
        dryRun: false,
        ids: null,
        startedBy: null,
      })
      return bench.ended(tenantId, run.id)
    },
  }
  return bench
}
