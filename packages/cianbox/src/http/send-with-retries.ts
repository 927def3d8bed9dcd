import { CianboxError } from '../errors.js'
import type { Scrub } from '../redact.js'
import type { Sleep } from './abort.js'
import type { CircuitBreaker } from './breaker.js'
import type { Limiter } from './limiter.js'
import { type Answer, type Purpose, readAnswer } from './response.js'
import { mayRetry, type RetryPolicy, retryDelayMs } from './retry-policy.js'
import type { Send, WireRequest } from './transport.js'
import type { Waiting, WaitingTracker } from './waiting.js'

export interface ExchangeOptions {
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

/** Asks until there is an answer or no sense in asking again. */
export type Exchange = (wire: WireRequest, purpose: Purpose, signal: AbortSignal) => Promise<Answer>

/**
 * Limits, breaker and retries around single requests. When the server asks to wait, every request
 * of the client waits, not only the one that was told.
 */
export function createExchange(options: ExchangeOptions): Exchange {
  const { send, limiter, breaker, retry, waiting, now, random, sleep, scrub } = options
  let pausedUntil = Number.NEGATIVE_INFINITY

  return async (wire, purpose, signal) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const once = () => sendInTurn(wire, purpose, attempt, signal)
        return await (breaker ? breaker.execute(once) : once())
      } catch (error) {
        if (!(error instanceof CianboxError)) throw error
        if (error.retryAfterMs !== undefined) await pause(error.retryAfterMs, error.status !== undefined)
        if (!mayRetry(error, attempt, isIdempotent(wire, purpose), retry)) throw error
        await waitToRetry(attempt, error.circuitOpen, signal)
      }
    }
  }

  /** @param isAnswered whether the server itself asked for it, and not our own breaker or limiter */
  async function pause(ms: number, isAnswered: boolean): Promise<void> {
    pausedUntil = Math.max(pausedUntil, now() + ms)
    // The pause holds for this client even where the limiter cannot pass it on.
    if (isAnswered) await limiter.block?.(ms).catch(() => undefined)
  }

  async function sendInTurn(wire: WireRequest, purpose: Purpose, attempt: number, signal: AbortSignal) {
    let endWait = () => {}
    const turn = async () => {
      endWait()
      // A retry has just waited at least this long.
      const rest = attempt === 1 ? pausedUntil - now() : 0
      if (rest > 0) await wait('retry_after', rest, signal)
      signal.throwIfAborted()
      const answer = await send(wire, attempt, signal)
      return readAnswer(answer, {
        route: wire.route,
        purpose,
        now: now(),
        maxRetryAfterMs: retry.maxRetryAfterMs,
        requireJsonType: options.requireJsonType,
        scrub,
      })
    }
    try {
      return await limiter.run(turn, signal, (until, reason = 'rate_limit') => {
        // A limiter can wait twice: for the end of a pause, and then for its turn.
        endWait()
        if (until !== null && until.getTime() - now() < MIN_TOLD_MS) return
        endWait = waiting.begin({ reason, until })
      })
    } finally {
      endWait()
    }
  }

  async function waitToRetry(attempt: number, circuitOpen: boolean, signal: AbortSignal) {
    const floor = Math.max(pausedUntil - now(), 0)
    const delay = retryDelayMs(attempt, floor, random(), retry)
    const asked = circuitOpen ? 'circuit_open' : 'retry_after'
    await wait(floor > 0 ? asked : 'backoff', delay, signal)
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

/** At the usual pace every request waits a moment for its turn: nobody needs to be told of that. */
const MIN_TOLD_MS = 1000

/** Logging in again does no harm: Cianbox may even answer with the token already issued. */
function isIdempotent(wire: WireRequest, purpose: Purpose): boolean {
  return wire.method !== 'POST' || purpose === 'auth'
}
