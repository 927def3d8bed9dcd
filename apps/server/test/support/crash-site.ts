import { type AccountControl, createSimulator, type Simulator } from '@espejo/simulator'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { createConnectionStore } from '../../src/connections/connection-store.js'
import { createSealer } from '../../src/connections/secrets.js'
import { withTenant } from '../../src/db/pool.js'
import { createRunControl, type RunControl } from '../../src/runs/run-control.js'
import { openRunQueue, type RunQueue } from '../../src/runs/run-queue.js'
import type { RunSummary } from '../../src/runs/run-row.js'
import { findRun } from '../../src/runs/run-store.js'
import type { TestDatabase } from './database.js'
import { type NodeProcess, startNode } from './processes.js'
import { until } from './until.js'

/** Real worker processes on a test's database, one run each, before an ERP in the test's own process. */
export interface CrashSite {
  readonly control: RunControl
  /** A tenant whose catalogue takes 20 pages of 20 products. */
  addTenant(id: string, latencyMs: number): Promise<AccountControl>
  start(tenantId: string): Promise<string>
  run(tenantId: string, runId: string): Promise<RunSummary>
  /** Waits until the run is as described. */
  reached(tenantId: string, runId: string, condition: (run: RunSummary) => boolean): Promise<RunSummary>
  hire(count: number): Promise<void>
  /** Ends every worker. */
  dismiss(): Promise<void>
  /** The first worker that tells of the run in its log: who has claimed it. */
  holderOf(runId: string): Promise<NodeProcess>
  /** Holds the run's row, lets `strike` happen once a page's transaction waits for it, and lets go. */
  insideCommit(tenantId: string, runId: string, strike: () => Promise<void>): Promise<void>
}

export const PAGE_SIZE = 20
export const PAGES = 20

export function useCrashSite(database: TestDatabase): CrashSite {
  const secretKey = Buffer.alloc(32, 5)
  const nodes: NodeProcess[] = []
  let simulator: Simulator
  let baseUrl = ''
  let queue: RunQueue
  let control: RunControl

  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
    queue = await openRunQueue(database.pool, { supervise: false, onError: () => undefined })
    const { pool } = database
    control = createRunControl({ pool, queue, now: () => new Date(), onEvent: () => undefined })
  })
  afterAll(async () => {
    await site.dismiss()
    await queue.stop(1000)
    await simulator.close()
  })

  const site: CrashSite = {
    get control() {
      return control
    },
    async addTenant(id, latencyMs) {
      await ensureTenant(database.pool, id, id)
      const connections = createConnectionStore({ pool: database.pool, sealer: createSealer(secretKey) })
      const login = { cuenta: id, user: 'demo', password: 'demo' }
      const form = { appName: 'espejo', appCode: 'test', dialect: 'v2' as const, isActive: true }
      await connections.put(id, { ...login, ...form, pageSize: PAGE_SIZE, requestsPerSecond: 500 })
      return simulator.addAccount({ ...login, products: PAGES * PAGE_SIZE, latencyMs })
    },
    async start(tenantId) {
      const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
      return (await control.start(tenantId, request)).run.id
    },
    async run(tenantId, runId) {
      const run = await withTenant(database.pool, tenantId, (tx) => findRun(tx, tenantId, runId))
      if (!run) throw new Error(`No run ${runId}.`)
      return run
    },
    reached: (tenantId, runId, condition) =>
      until(async () => {
        const run = await site.run(tenantId, runId)
        return condition(run) && run
      }, 50),
    async hire(count) {
      const settings = {
        DATABASE_URL: database.url,
        ESPEJO_SECRET_KEY: secretKey.toString('base64'),
        CIANBOX_BASE_URL: baseUrl,
        ESPEJO_ROLE: 'worker',
        ESPEJO_RUNS_AT_ONCE: '1',
      }
      nodes.push(...(await Promise.all(Array.from({ length: count }, () => startNode(settings)))))
    },
    async dismiss() {
      await Promise.all(nodes.splice(0).map((node) => node.kill()))
    },
    holderOf: (runId) => until(() => nodes.find((node) => node.log().includes(runId))),
    async insideCommit(tenantId, runId, strike) {
      const holder = await asSuperuser(database)
      try {
        await holder.query('BEGIN')
        await holder.query('SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 FOR NO KEY UPDATE', [
          tenantId,
          runId,
        ])
        await until(async () => {
          const { rows } = await holder.query<{ n: number }>(
            'SELECT count(*)::int AS n FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
          )
          return rows[0]?.n
        })
        await strike()
      } finally {
        await holder.end()
      }
    },
  }
  return site
}

/** Sees every tenant's rows. Its password is the owner's: see `global-setup.ts`. */
async function asSuperuser({ url }: TestDatabase): Promise<pg.Client> {
  const address = new URL(url)
  address.username = 'postgres'
  address.password = new URL(inject('templateUrl')).password
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  return client
}
