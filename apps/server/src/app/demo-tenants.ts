import { ensureTenant } from '../accounts/account-store.js'
import { createUser, type NewUser, signIn } from '../accounts/accounts.js'
import type { ConnectionStore } from '../connections/connection-store.js'
import type { Pool } from '../db/pool.js'

/** An account at the simulator. */
export interface DemoCuenta {
  cuenta: string
  user: string
  password: string
}

/**
 * Creates the demo's two tenants, each with its logins and its connection, unless they exist. Existing ones are
 * not changed.
 */
export async function ensureDemoTenants(
  pool: Pool,
  deps: {
    connections: Pick<ConnectionStore, 'get' | 'put'>
    cuentas: Readonly<Record<DemoTenant, DemoCuenta>>
  },
): Promise<void> {
  for (const [tenantId, { tenantName, logins }] of Object.entries(DEMO) as [DemoTenant, DemoLogins][]) {
    await ensureTenant(pool, tenantId, tenantName)
    for (const login of logins) await createUser(pool, { tenantId, ...login })
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

/** Whether a demo login, whose password is public, can be used in this database. */
export async function hasDemoLogin(pool: Pool): Promise<boolean> {
  for (const { logins } of Object.values(DEMO)) {
    for (const { email, password } of logins) if (await signIn(pool, email, password)) return true
  }
  return false
}

export type DemoTenant = 'demo' | 'vecino'

interface DemoLogins {
  tenantName: string
  logins: readonly Omit<NewUser, 'tenantId'>[]
}

const DEMO: Readonly<Record<DemoTenant, DemoLogins>> = {
  demo: {
    tenantName: 'Ferretería Demo',
    logins: [
      { email: 'demo@espejo.test', name: 'Dana Demo', role: 'admin', password: 'demo-espejo' },
      { email: 'visita@espejo.test', name: 'Vito Visita', role: 'viewer', password: 'visita-espejo' },
    ],
  },
  vecino: {
    tenantName: 'El vecino',
    logins: [{ email: 'vecino@espejo.test', name: 'Vera Vecina', role: 'admin', password: 'vecino-espejo' }],
  },
}
