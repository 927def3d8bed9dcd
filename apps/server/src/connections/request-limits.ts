import { type CircuitBreaker, createCircuitBreaker, type Limiter } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { createRequestLimiter, type RequestLimiterOptions } from './request-limiter.js'

/** The limits on a client's requests to its tenant's ERP. */
interface RequestLimits {
  /** This client's limiter. Applies the tenant's rate, daily budget and the ERP's pauses, which all nodes share. */
  limiter: Limiter
  /** The tenant's circuit breaker in this process: failures of its ERP do not affect other tenants. */
  breaker: CircuitBreaker
}

/** Returns the limits of one client of a tenant. */
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
