import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { CianboxError, type CianboxErrorKind } from '../errors.js'

/** Wraps every request. Refuses requests for a while after repeated server failures. */
export interface CircuitBreaker {
  execute<T>(send: () => Promise<T>): Promise<T>
}

export interface CircuitBreakerOptions {
  /** Consecutive failures that open the circuit. @defaultValue 5 */
  failures?: number
  /** Milliseconds until one request is tried again. @defaultValue 30000 */
  openMs?: number
}

/**
 * A circuit breaker for failures of the server. While it is open, requests are not sent and fail with
 * `unreachable` and `retryAfterMs`. Share one among the clients of one server.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const openMs = options.openMs ?? 30_000
  const policy = circuitBreaker(
    handleWhen((error) => error instanceof CianboxError && SERVER_FAILURES.has(error.kind)),
    { halfOpenAfter: openMs, breaker: new ConsecutiveBreaker(options.failures ?? 5) },
  )
  let opensUntil = 0
  policy.onBreak(() => {
    opensUntil = Date.now() + openMs
  })
  return {
    execute: async (send) => {
      try {
        return await policy.execute(send)
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        throw new CianboxError('unreachable', 'Not sent: the circuit is open', {
          operatorMessage: 'Cianbox viene fallando y las consultas se pausaron. Se reintenta solo.',
          circuitOpen: true,
          retryAfterMs: Math.max(opensUntil - Date.now(), 0),
        })
      }
    },
  }
}

const SERVER_FAILURES: ReadonlySet<CianboxErrorKind> = new Set(['unreachable', 'timeout', 'server_error'])
