import { CianboxError } from '../errors.js'
import type { Scrub } from '../redact.js'
import type { Sleep } from './abort.js'
import type { CircuitBreaker } from './breaker.js'
import type { Limiter } from './limiter.js'
import { type JsonResponse, type Purpose, readResponse } from './response.js'
import { mayRetry, type RetryPolicy, retryDelayMs } from './retry-policy.js'
import type { HttpRequest, Send } from './transport.js'
import type { Waiting, WaitingTracker } from './waiting.js'

export interface RetryingSenderOptions {
  send: Send
  limiter: Limiter
  breaker: CircuitBreaker | undefined
  retry: RetryPolicy
  waiting: WaitingTracker
  requireJsonType: boolean
  now: () => number
  random: () => number
  sleep: Sleep
  scrub: Scrub
}

/** Sends a request, with retries. Resolves with the first successful response. */
export type SendWithRetries = (
  request: HttpRequest,
  purpose: Purpose,
  signal: AbortSignal,
) => Promise<JsonResponse>

/**
 * Adds limiter, circuit breaker and retries to single requests. After a `Retry-After`, all requests of the
 * client wait, not only the one that received it.
 */
export function createRetryingSender(options: RetryingSenderOptions): SendWithRetries {
  const { send, limiter, breaker, retry, waiting, now, random, sleep, scrub } = options
  let pausedUntil = Number.NEGATIVE_INFINITY

  return async (request, purpose, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const once = () => sendWithinLimit(request, purpose, attempt, signal)
        return await (breaker ? breaker.execute(once) : once())
      } catch (error) {
        if (!(error instanceof CianboxError)) throw error
        if (error.retryAfterMs !== undefined) await pause(error.retryAfterMs, error.status !== undefined)
        const { serverErrorAttempts } = request
        if (!mayRetry(error, attempt, isIdempotent(request, purpose), retry, serverErrorAttempts)) throw error
        await waitToRetry(attempt, error.circuitOpen, signal)
      }
    }
  }

  /** @param fromServer whether the server requested the pause, and not our own breaker or limiter */
  async function pause(ms: number, fromServer: boolean): Promise<void> {
    pausedUntil = Math.max(pausedUntil, now() + ms)
    // This client pauses even if the limiter cannot apply the pause.
    if (fromServer) await limiter.block?.(ms).catch(() => undefined)
  }

  async function sendWithinLimit(
    request: HttpRequest,
    purpose: Purpose,
    attempt: number,
    signal: AbortSignal,
  ) {
    let endWait = () => {}
    const sendNow = async () => {
      endWait()
      // A retry has just waited at least this long.
      const remainingMs = attempt === 1 ? pausedUntil - now() : 0
      if (remainingMs > 0) await wait('retry_after', remainingMs, signal)
      signal.throwIfAborted()
      const response = await send(request, attempt, signal)
      return readResponse(response, {
        route: request.route,
        purpose,
        now: now(),
        maxRetryAfterMs: retry.maxRetryAfterMs,
        requireJsonType: options.requireJsonType,
        scrub,
      })
    }
    try {
      return await limiter.run(sendNow, signal, (until, reason = 'rate_limit') => {
        // A limiter can wait twice: for the end of a pause, and then for the request rate.
        endWait()
        if (until !== null && until.getTime() - now() < MIN_REPORTED_WAIT_MS) return
        endWait = waiting.begin({ reason, until })
      })
    } finally {
      endWait()
    }
  }

  async function waitToRetry(attempt: number, circuitOpen: boolean, signal: AbortSignal) {
    const floor = Math.max(pausedUntil - now(), 0)
    const delay = retryDelayMs(attempt, floor, random(), retry)
    const floorReason = circuitOpen ? 'circuit_open' : 'retry_after'
    await wait(floor > 0 ? floorReason : 'backoff', delay, signal)
  }

  async function wait(reason: Exclude<Waiting['reason'], 'rate_limit'>, ms: number, signal: AbortSignal) {
    const end = waiting.begin({ reason, until: new Date(now() + ms) })
    try {
      await sleep(ms, signal)
      signal.throwIfAborted()
    } finally {
      end()
    }
  }
}

/** At the usual request rate every request waits a short time; such waits are not reported. */
const MIN_REPORTED_WAIT_MS = 1000

/** A login can be repeated: Cianbox may even return the token already issued. */
function isIdempotent(request: HttpRequest, purpose: Purpose): boolean {
  return request.method !== 'POST' || purpose === 'auth'
}
