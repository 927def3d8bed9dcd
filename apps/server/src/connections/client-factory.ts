import { type CianboxClient, type CianboxClientOptions, createCianboxClient } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import type { Pool } from '../db/pool.js'
import { createConnectionStore } from './connection-store.js'
import type { LimitsFor } from './request-limits.js'
import type { Sealer } from './secrets.js'

/** What the one who uses the client may set; the rest is the tenant's connection. */
type ClientOverrides = Partial<
  Omit<CianboxClientOptions, 'baseUrl' | 'cuenta' | 'credentials' | 'dialect' | 'tokenStore'>
> & {
  /** Longest pause of the ERP's that a request waits for: short where a person waits. */
  maxPauseMs?: number
}

export interface ClientFactory {
  /**
   * A client of the tenant's own Cianbox account, with its tokens kept between runs. Whoever asked
   * for it closes it.
   * @returns null when the tenant has no connection. Whether it is active is the caller's concern.
   * @throws UnsealError when the stored password was sealed under another key.
   */
  forTenant(
    tenantId: string,
    hooks?: ClientOverrides,
  ): Promise<{ client: CianboxClient; connection: Connection; credentialsVersion: number } | null>
}

/** @param deps.limitsFor holds pace, budget and the ERP's pauses across nodes; without it each client keeps its own. */
export function createClientFactory(deps: {
  pool: Pool
  sealer: Sealer
  baseUrl: string
  limitsFor?: LimitsFor
}): ClientFactory {
  const store = createConnectionStore(deps)
  return {
    async forTenant(tenantId, { maxPauseMs, ...hooks } = {}) {
      const opened = await store.open(tenantId)
      if (!opened) return null
      const { connection, password, credentialsVersion } = opened
      const { cuenta, appName, appCode, user } = connection
      const patience = maxPauseMs === undefined ? {} : { maxPauseMs }
      const client = createCianboxClient({
        requestsPerSecond: connection.requestsPerSecond,
        ...deps.limitsFor?.(tenantId, { cuenta, ...patience }),
        ...hooks,
        baseUrl: deps.baseUrl,
        cuenta,
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
