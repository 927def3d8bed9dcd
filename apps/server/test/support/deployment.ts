import { type AccountControl, createSimulator, type Simulator } from '@espejo/simulator'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { createUser } from '../../src/accounts/accounts.js'
import { createSessions } from '../../src/accounts/session.js'
import type { Role } from '../../src/app/config.js'
import { createConnectionStore } from '../../src/connections/connection-store.js'
import { createSealer } from '../../src/connections/secrets.js'
import { withTenant } from '../../src/db/pool.js'
import { useDatabase } from './database.js'
import { freePort, type NodeProcess, startNode } from './processes.js'

/** Espejo in several processes on one database, before an ERP that is as slow as a test wants. */
export interface Deployment {
  /** A tenant whose catalogue takes 45 pages, with a session of an operator. */
  addTenant(tenantId: string, latencyMs: number): Promise<Tenant>
  /** Starts a process; it is gone at the end of the file, if not before. */
  start(role: Role, port?: number): Promise<NodeProcess>
  /** Two ports, for two API nodes. */
  readonly ports: readonly [number, number]
  /** The tenant's runs, the newest first. */
  runs(tenantId: string): Promise<{ id: string; status: string; seq: number; epoch: number }[]>
  /** What every process has logged. */
  logs(): string
}

export interface Tenant {
  token: string
  account: AccountControl
}

export function useDeployment(): Deployment {
  const database = useDatabase()
  const secretKey = Buffer.alloc(32, 9)
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
      await ensureTenant(pool, tenantId, tenantId)
      const connections = createConnectionStore({ pool, sealer: createSealer(secretKey) })
      await connections.put(tenantId, {
        cuenta: tenantId,
        user: 'demo',
        password: 'demo',
        appName: 'espejo',
        appCode: 'test',
        pageSize: 10,
        dialect: 'v2',
        requestsPerSecond: 50,
        isActive: true,
      })
      const user = await createUser(pool, {
        tenantId,
        email: `${tenantId}@espejo.test`,
        name: tenantId,
        role: 'operator',
        password: 'una clave de prueba',
      })
      if (!user) throw new Error(`${tenantId} is there already.`)
      const sessions = createSessions({ secretKey, now: () => new Date() })
      const { token } = await sessions.issue(user)
      return { token, account: simulator.addAccount({ cuenta: tenantId, products: 450, latencyMs }) }
    },
    async start(role, port = 0) {
      const node = await startNode({
        PORT: String(port),
        DATABASE_URL: database.url,
        ESPEJO_SECRET_KEY: secretKey.toString('base64'),
        ESPEJO_ROLE: role,
        CIANBOX_BASE_URL: cianboxBaseUrl,
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
