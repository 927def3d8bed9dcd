import { type AccountControl, createSimulator, type Simulator } from '@espejo/simulator'
import { until } from '@espejo/tooling/until'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { withTenant } from '../../src/db/pool.js'
import type { RunControl } from '../../src/runs/run-control.js'
import type { RunSummary } from '../../src/runs/run-row.js'
import { findRun } from '../../src/runs/run-store.js'
import type { TestDatabase } from './database.js'
import { type NodeProcess, startNode } from './processes.js'
import { addConnectedTenant, testSettings, useServices } from './services.js'

/** Worker processes on a test's database, one run each, with a simulator in the test's own process. */
export interface WorkerProcesses {
  readonly control: RunControl
  /** A tenant whose catalogue takes 20 pages of 20 products. */
  addTenant(id: string, latencyMs: number): Promise<AccountControl>
  startRun(tenantId: string): Promise<string>
  run(tenantId: string, runId: string): Promise<RunSummary>
  /** Waits until the run meets the condition. */
  reached(tenantId: string, runId: string, condition: (run: RunSummary) => boolean): Promise<RunSummary>
  startWorkers(count: number): Promise<void>
  /** Kills every worker. */
  killWorkers(): Promise<void>
  /** The worker that has claimed the run: the first one whose log names it. */
  holderOf(runId: string): Promise<NodeProcess>
  /** Locks the run's row, runs `action` once a page's transaction waits for the lock, and releases it. */
  insideCommit(tenantId: string, runId: string, action: () => Promise<void>): Promise<void>
}

export const PAGE_SIZE = 20
export const PAGES = 20

export function useWorkerProcesses(database: TestDatabase): WorkerProcesses {
  const nodes: NodeProcess[] = []
  let simulator: Simulator | undefined
  let baseUrl = ''
  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
  })
  const services = useServices(database, { role: 'api', cianboxBaseUrl: () => baseUrl })
  afterAll(async () => {
    await processes.killWorkers()
    await simulator?.close()
  })

  const processes: WorkerProcesses = {
    get control() {
      return services().runControl
    },
    async addTenant(id, latencyMs) {
      await addConnectedTenant(database, id, { pageSize: PAGE_SIZE, requestsPerSecond: 500 })
      if (!simulator) throw new Error('The simulator is available from beforeAll on.')
      return simulator.addAccount({ cuenta: id, products: PAGES * PAGE_SIZE, latencyMs })
    },
    async startRun(tenantId) {
      const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
      return (await processes.control.start(tenantId, request)).run.id
    },
    async run(tenantId, runId) {
      const run = await withTenant(database.pool, tenantId, (tx) => findRun(tx, tenantId, runId))
      if (!run) throw new Error(`No run ${runId}.`)
      return run
    },
    reached: (tenantId, runId, condition) =>
      until(async () => {
        const run = await processes.run(tenantId, runId)
        return condition(run) && run
      }, 50),
    async startWorkers(count) {
      const settings = {
        ...testSettings(database, baseUrl),
        ESPEJO_ROLE: 'worker',
        ESPEJO_RUNS_AT_ONCE: '1',
      }
      nodes.push(...(await Promise.all(Array.from({ length: count }, () => startNode(settings)))))
    },
    async killWorkers() {
      await Promise.all(nodes.splice(0).map((node) => node.kill()))
    },
    holderOf: (runId) => until(() => nodes.find((node) => node.log().includes(runId))),
    async insideCommit(tenantId, runId, action) {
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
        await action()
      } finally {
        await holder.end()
      }
    },
  }
  return processes
}

/** A superuser's session, which sees every tenant's rows. Its password is the owner's: see `global-setup.ts`. */
async function asSuperuser({ url }: TestDatabase): Promise<pg.Client> {
  const address = new URL(url)
  address.username = 'postgres'
  address.password = new URL(inject('templateUrl')).password
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  return client
}
