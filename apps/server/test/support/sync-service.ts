import type { Run, RunEvent } from '@espejo/contract'
import type { ConnectionBody } from '@espejo/contract/schemas'
import { type AccountControl, type AccountOptions, createSimulator, type Simulator } from '@espejo/simulator'
import { until } from '@espejo/tooling/until'
import { afterAll, beforeAll } from 'vitest'
import { withTenant } from '../../src/db/pool.js'
import { readLog } from '../../src/runs/event-log.js'
import type { RunControl } from '../../src/runs/run-control.js'
import { toRun } from '../../src/runs/run-row.js'
import { findRun } from '../../src/runs/run-store.js'
import type { TestDatabase } from './database.js'
import { addConnectedTenant, useServices } from './services.js'

/** A worker on a real database that syncs from a simulator over HTTP. Each tenant is an account of the simulator. */
export interface SyncService {
  readonly control: RunControl
  /** Adds a tenant whose ERP is an account of the simulator, both under this name. */
  addTenant(
    name: string,
    account?: Partial<AccountOptions>,
    connection?: Partial<ConnectionBody>,
  ): Promise<AccountControl>
  run(tenantId: string, runId: string): Promise<Run>
  events(tenantId: string, runId: string): Promise<RunEvent[]>
  /** Starts a full run and waits until it has ended. */
  sync(tenantId: string): Promise<Run>
  /** Waits until the run meets the condition. */
  reached(tenantId: string, runId: string, condition: (run: Run) => boolean): Promise<Run>
  ended(tenantId: string, runId: string): Promise<Run>
  paused(tenantId: string, runId: string): Promise<Run>
}

export function useSyncService(database: TestDatabase): SyncService {
  let simulator: Simulator | undefined
  let baseUrl = ''
  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    baseUrl = (await simulator.listen()).url
  })
  afterAll(async () => {
    await simulator?.close()
  })
  const services = useServices(database, {
    role: 'worker',
    cianboxBaseUrl: () => baseUrl,
    runsAtOnce: 4,
    overrides: {
      client: {
        retry: { attempts: 3, baseDelayMs: 5, maxDelayMs: 20 },
        timeouts: { headersMs: 500, bodyMs: 3000 },
      },
    },
  })

  const service: SyncService = {
    get control() {
      return services().runControl
    },
    async addTenant(name, account = {}, connection = {}) {
      await addConnectedTenant(database, name, { dialect: account.dialect ?? 'v2', ...connection })
      if (!simulator) throw new Error('The simulator is available from beforeAll on.')
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
        const run = await service.run(tenantId, runId)
        return condition(run) && run
      })
    },
    ended: (tenantId, runId) => service.reached(tenantId, runId, ({ endedAt }) => endedAt !== null),
    paused: (tenantId, runId) => service.reached(tenantId, runId, ({ status }) => status === 'paused'),
    async sync(tenantId) {
      const { run } = await service.control.start(tenantId, {
        mode: 'full',
        dryRun: false,
        ids: null,
        startedBy: null,
      })
      return service.ended(tenantId, run.id)
    },
  }
  return service
}
