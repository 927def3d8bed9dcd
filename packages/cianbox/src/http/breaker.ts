import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel'
import { CianboxError, type CianboxErrorKind } from '../errors.js'

/** Wraps every request; refuses them for a while when the server keeps failing. */
export interface CircuitBreaker {
  execute<T>(send: () => Promise<T>): Promise<T>
}

export interface CircuitBreakerOptions {
  /** Failures in a row that open the circuit. @defaultValue 5 */
  failures?: number
  /** How long it stays open before one request is let through. @defaultValue 30000 */
  openMs?: number
}

/**
 * A circuit breaker over the failures that are the server's own: while it is open, requests are
 * not sent and fail as `unreachable` with `retryAfterMs`. Share one among clients of one server.
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
