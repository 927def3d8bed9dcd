import { createConnectionStore } from '@espejo/server/connections/connection-store'
import { withTenant } from '@espejo/server/db/pool'
import { createSealer } from '@espejo/server/secrets'
import type { AccountControl, AccountOptions, Simulator } from '@espejo/simulator'
import type { ChaosPostgres } from './postgres.js'

/** A tenant whose ERP is an account of the simulator, both under the same name. */
export interface Tenant {
  id: string
  erp: AccountControl
}

export interface Tenants {
  add(
    id: string,
    account: Pick<AccountOptions, 'products' | 'seed' | 'latencyMs' | 'dialect' | 'switches'>,
    pageSize: number,
  ): Promise<Tenant>
}

/** Faster than any page, so that a round is not spent on politeness. */
const REQUESTS_PER_SECOND = 500

export function createTenants(deps: {
  postgres: ChaosPostgres
  simulator: Simulator
  secretKey: Buffer
  password: string
}): Tenants {
  const { pool } = deps.postgres
  const connections = createConnectionStore({ pool, sealer: createSealer(deps.secretKey) })
  return {
    async add(id, account, pageSize) {
      await withTenant(pool, id, (tx) =>
        tx.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $1)', [id]),
      )
      const login = { cuenta: id, user: 'demo', password: deps.password }
      const erp = deps.simulator.addAccount({ ...login, ...account })
      await connections.put(id, {
        ...login,
        appName: 'espejo',
        appCode: 'chaos',
        pageSize,
        dialect: account.dialect ?? 'v2',
        requestsPerSecond: REQUESTS_PER_SECOND,
        isActive: true,
      })
      return { id, erp }
    },
  }
}
