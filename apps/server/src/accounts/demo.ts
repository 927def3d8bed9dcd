import type { ConnectionStore } from '../connections/connection-store.js'
import type { Pool } from '../db/pool.js'
import { ensureTenant } from './account-store.js'
import { createUser } from './accounts.js'

/** An account at the simulator. */
export interface DemoCuenta {
  cuenta: string
  user: string
  password: string
}

/**
 * Sees to it that the demo's two tenants exist, each with its login and its connection. What is
 * there stays as it is, changes made by hand included.
 */
export async function ensureDemoTenants(
  pool: Pool,
  deps: {
    connections: Pick<ConnectionStore, 'get' | 'put'>
    cuentas: Readonly<Record<DemoTenant, DemoCuenta>>
  },
): Promise<void> {
  for (const [tenantId, { tenantName, ...login }] of Object.entries(DEMO) as [DemoTenant, DemoLogin][]) {
    await ensureTenant(pool, tenantId, tenantName)
    await createUser(pool, { tenantId, role: 'admin', ...login })
    if (await deps.connections.get(tenantId)) continue
    await deps.connections.put(tenantId, {
      ...deps.cuentas[tenantId],
      appName: 'espejo',
      appCode: 'demo',
      pageSize: 200,
      dialect: 'v2',
      requestsPerSecond: 2,
      isActive: true,
    })
  }
}

export type DemoTenant = 'demo' | 'vecino'

interface DemoLogin {
  tenantName: string
  email: string
  name: string
  password: string
}

const DEMO: Readonly<Record<DemoTenant, DemoLogin>> = {
  demo: {
    tenantName: 'Ferretería Demo',
    email: 'demo@espejo.test',
    name: 'Dana Demo',
    password: 'demo-espejo',
  },
  vecino: {
    tenantName: 'El vecino',
    email: 'vecino@espejo.test',
    name: 'Vera Vecina',
    password: 'vecino-espejo',
  },
}
