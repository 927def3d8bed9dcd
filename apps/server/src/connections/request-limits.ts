import { type CircuitBreaker, createCircuitBreaker, type Limiter } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { createRequestLimiter, type RequestLimiterOptions } from './request-limiter.js'

/** What stands between a client and its tenant's ERP. */
interface RequestLimits {
  /** Of this client, holding the tenant's pace, daily budget and the ERP's pauses across all nodes. */
  limiter: Limiter
  /** The tenant's one of this process: its ERP's failures keep nobody else's requests back. */
  breaker: CircuitBreaker
}

export type LimitsFor = (
  tenantId: string,
  client: Pick<RequestLimiterOptions, 'cuenta' | 'maxPauseMs'>,
) => RequestLimits

export function createRequestLimits(deps: { pool: Pool; now: () => Date }): LimitsFor {
  const breakers = new Map<string, CircuitBreaker>()
  return (tenantId, client) => {
    const breaker = breakers.get(tenantId) ?? createCircuitBreaker()
    breakers.set(tenantId, breaker)
    return { limiter: createRequestLimiter(deps.pool, tenantId, { ...deps, ...client }), breaker }
  }
}
