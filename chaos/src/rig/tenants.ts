import { createConnectionStore } from '@espejo/server/connections/connection-store'
import { withTenant } from '@espejo/server/db/pool'
import { createSealer } from '@espejo/server/secrets'
import type { AccountControl, AccountOptions, Simulator } from '@espejo/simulator'
import type { ChaosPostgres } from './postgres.js'

/** A tenant whose ERP is an account of the simulator, both under the same name. */
export interface Tenant {
  id: string
  /** The account in its connection. */
  erp: AccountControl
  /** The account in its connection before {@link Tenants.switchAccount}. */
  formerErp?: AccountControl
}

export interface Tenants {
  add(
    id: string,
    account: Pick<AccountOptions, 'products' | 'seed' | 'latencyMs' | 'dialect' | 'switches'>,
    pageSize: number,
  ): Promise<Tenant>
  /** Puts another account, with another catalogue, in its connection. */
  switchAccount(tenant: Tenant): Promise<void>
}

/** So high that the rate limit never delays a page. */
const REQUESTS_PER_SECOND = 500

export function createTenants(deps: {
  postgres: ChaosPostgres
  simulator: Simulator
  secretKey: Buffer
  password: string
}): Tenants {
  const { pool } = deps.postgres
  const connections = createConnectionStore({ pool, sealer: createSealer(deps.secretKey) })
  const forms = new Map<string, Parameters<typeof connections.put>[1]>()

  async function connect(tenantId: string, form: Parameters<typeof connections.put>[1]): Promise<void> {
    forms.set(tenantId, form)
    await connections.put(tenantId, form)
  }

  return {
    async add(id, account, pageSize) {
      await withTenant(pool, id, (tx) =>
        tx.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $1)', [id]),
      )
      const login = { cuenta: id, user: 'demo', password: deps.password }
      const erp = deps.simulator.addAccount({ ...login, ...account })
      await connect(id, {
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
    async switchAccount(tenant) {
      const form = forms.get(tenant.id)
      if (!form || tenant.formerErp) return
      const cuenta = `${tenant.id}x`
      const products = Math.max(20, Math.floor(tenant.erp.productCount() / 2))
      const next = deps.simulator.addAccount({
        ...{ cuenta, user: form.user, password: deps.password },
        ...{ products, seed: products + 1 },
      })
      await connect(tenant.id, { ...form, cuenta, password: deps.password })
      tenant.formerErp = tenant.erp
      tenant.erp = next
    },
  }
}
