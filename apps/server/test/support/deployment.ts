import { type AccountControl, createSimulator, type Simulator } from '@espejo/simulator'
import { afterAll, beforeAll } from 'vitest'
import { createUser } from '../../src/accounts/accounts.js'
import { createSessions } from '../../src/accounts/session.js'
import type { Role } from '../../src/app/config.js'
import { withTenant } from '../../src/db/pool.js'
import { useDatabase } from './database.js'
import { freePort, type NodeProcess, startNode } from './processes.js'
import { addConnectedTenant, TEST_SECRET_KEY, testSettings } from './services.js'

/** Espejo in several processes on one database, with a simulator whose latency the tests set. */
export interface Deployment {
  /** A tenant whose catalogue takes 45 pages, with a session of an operator. */
  addTenant(tenantId: string, latencyMs: number): Promise<Tenant>
  /** Starts a process; it is killed at the end of the file at the latest. */
  start(role: Role, port?: number): Promise<NodeProcess>
  /** Two ports, for two API nodes. */
  readonly ports: readonly [number, number]
  /** The tenant's runs, newest first. */
  runs(tenantId: string): Promise<{ id: string; status: string; seq: number; epoch: number }[]>
  /** The logs of all processes. */
  logs(): string
}

export interface Tenant {
  token: string
  account: AccountControl
}

export function useDeployment(): Deployment {
  const database = useDatabase()
  const nodes: NodeProcess[] = []
  let simulator: Simulator
  let cianboxBaseUrl = ''
  let ports: [number, number] = [0, 0]

  beforeAll(async () => {
    simulator = createSimulator({ accounts: [] })
    cianboxBaseUrl = (await simulator.listen()).url
    ports = [await freePort(), await freePort()]
  })
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()))
    await simulator.close()
  })

  return {
    get ports() {
      return ports
    },
    async addTenant(tenantId, latencyMs) {
      const { pool } = database
      await addConnectedTenant(database, tenantId, { pageSize: 10, requestsPerSecond: 50 })
      const user = await createUser(pool, {
        tenantId,
        email: `${tenantId}@espejo.test`,
        name: tenantId,
        role: 'operator',
        password: 'una clave de prueba',
      })
      if (!user) throw new Error(`${tenantId} is there already.`)
      const sessions = createSessions({ secretKey: TEST_SECRET_KEY, now: () => new Date() })
      const { token } = await sessions.issue(user)
      return { token, account: simulator.addAccount({ cuenta: tenantId, products: 450, latencyMs }) }
    },
    async start(role, port = 0) {
      const node = await startNode({
        PORT: String(port),
        ...testSettings(database, cianboxBaseUrl),
        ESPEJO_ROLE: role,
      })
      nodes.push(node)
      return node
    },
    runs: (tenantId) =>
      withTenant(database.pool, tenantId, async (tx) => {
        const { rows } = await tx.query<{ id: string; status: string; seq: number; epoch: number }>(
          `SELECT run_id AS id, status, seq::int, epoch::int FROM app.runs
            WHERE tenant_id = $1 ORDER BY created_at DESC`,
          [tenantId],
        )
        return rows
      }),
    logs: () => nodes.map((node) => node.log()).join('\n'),
  }
}
