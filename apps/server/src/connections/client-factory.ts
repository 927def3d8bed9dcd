import { type CianboxClient, type CianboxClientOptions, createCianboxClient } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import type { Pool } from '../db/pool.js'
import { createConnectionStore } from './connection-store.js'
import type { LimitsFor } from './request-limits.js'
import type { Sealer } from './secrets.js'

/** Options that the caller may set; the others come from the tenant's connection. */
export type ClientOverrides = Partial<
  Omit<CianboxClientOptions, 'baseUrl' | 'cuenta' | 'credentials' | 'dialect' | 'tokenStore'>
> & {
  /** Longest pause of the ERP (`Retry-After`) that a request waits for. Short where a person waits. */
  maxPauseMs?: number
}

export interface ClientFactory {
  /**
   * Creates a client of the tenant's Cianbox account. Tokens are stored and used again. The caller closes the client.
   * @returns null when the tenant has no connection. The connection may be inactive.
   * @throws UnsealError when the stored password was sealed under another key.
   */
  forTenant(
    tenantId: string,
    overrides?: ClientOverrides,
  ): Promise<{ client: CianboxClient; connection: Connection; credentialsVersion: number } | null>
}

/** @param deps.limitsFor - limits that all nodes share. Without it, each client has its own rate limit. */
export function createClientFactory(deps: {
  pool: Pool
  sealer: Sealer
  baseUrl: string
  limitsFor?: LimitsFor
}): ClientFactory {
  const store = createConnectionStore(deps)
  return {
    async forTenant(tenantId, { maxPauseMs, ...overrides } = {}) {
      const opened = await store.open(tenantId)
      if (!opened) return null
      const { connection, password, credentialsVersion } = opened
      const { cuenta, appName, appCode, user } = connection
      const client = createCianboxClient({
        requestsPerSecond: connection.requestsPerSecond,
        ...deps.limitsFor?.(tenantId, { cuenta, ...(maxPauseMs === undefined ? {} : { maxPauseMs }) }),
        ...overrides,
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
