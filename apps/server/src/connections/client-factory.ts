import { type CianboxClient, type CianboxClientOptions, createCianboxClient } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import type { Pool } from '../db/pool.js'
import type { GuardsOf } from '../requests/request-guards.js'
import type { Sealer } from '../secrets.js'
import { createConnectionStore } from './connection-store.js'

/** What the one who uses the client may set; the rest is the tenant's connection. */
type ClientHooks = Partial<
  Omit<CianboxClientOptions, 'baseUrl' | 'cuenta' | 'credentials' | 'dialect' | 'tokenStore'>
>

export interface ClientFactory {
  /**
   * A client of the tenant's own Cianbox account, with its tokens kept between runs. Whoever asked
   * for it closes it.
   * @returns null when the tenant has no connection. Whether it is active is the caller's concern.
   * @throws UnsealError when the stored password was sealed under another key.
   */
  forTenant(
    tenantId: string,
    hooks?: ClientHooks,
  ): Promise<{ client: CianboxClient; connection: Connection; credentialsVersion: number } | null>
}

/** @param deps.guardsOf holds pace and budget across nodes; without it each client keeps its own pace. */
export function createClientFactory(deps: {
  pool: Pool
  sealer: Sealer
  baseUrl: string
  guardsOf?: GuardsOf
}): ClientFactory {
  const store = createConnectionStore(deps)
  return {
    async forTenant(tenantId, hooks = {}) {
      const opened = await store.open(tenantId)
      if (!opened) return null
      const { connection, password, credentialsVersion } = opened
      const { appName, appCode, user } = connection
      const client = createCianboxClient({
        requestsPerSecond: connection.requestsPerSecond,
        ...deps.guardsOf?.(tenantId),
        ...hooks,
        baseUrl: deps.baseUrl,
        cuenta: connection.cuenta,
        credentials: { appName, appCode, user, password },
        dialect: connection.dialect,
        tokenStore: {
          load: () => store.loadTokens(tenantId, credentialsVersion),
          save: (tokens) => store.saveTokens(tenantId, credentialsVersion, tokens),
        },
      })
      return { client, connection, credentialsVersion }
    },
  }
}
