import PQueue from 'p-queue'
import type { Sleep } from './abort.js'

/** Decides when a request may be sent. Replace it to hold one limit across several processes. */
export interface Limiter {
  /**
   * Runs `send` when its turn has come.
   *
   * @param signal gives up the turn; the promise then rejects
   * @param onDelay called when the turn is not now, with the time it will be, or null if unknown, and why:
   * our own pace (`rate_limit`), or a pause that the server asked for
   */
  run<T>(send: () => Promise<T>, signal: AbortSignal, onDelay?: OnDelay): Promise<T>
  /**
   * The server asked for a pause of so many milliseconds (`Retry-After`, already capped). The client obeys it
   * by itself; a limiter that stands for other processes too can make it theirs, and let it outlive this one.
   * What it rejects with is ignored.
   */
  block?(pauseMs: number): Promise<void>
}

export type OnDelay = (until: Date | null, reason?: 'rate_limit' | 'retry_after') => void

export interface LimiterOptions {
  /** May be fractional: 0.5 is one request every two seconds. */
  requestsPerSecond: number
  concurrency: number
  /** Milliseconds since the epoch. */
  now: () => number
  sleep: Sleep
}

/**
 * A limiter for one process: at most `concurrency` requests under way, and starts at least
 * 1 / `requestsPerSecond` apart, without bursts.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const { now, sleep, concurrency } = options
  if (!(options.requestsPerSecond > 0)) throw new RangeError('requestsPerSecond must be above 0')
  const spacing = 1000 / options.requestsPerSecond
  const queue = new PQueue({ concurrency })
  let nextStart = Number.NEGATIVE_INFINITY

  return {
    run: (send, signal, onDelay) =>
      queue.add(
        async () => {
          const wait = takeTurn()
          if (wait > 0) {
            onDelay?.(new Date(now() + wait))
            await sleep(wait, signal)
          }
          return send()
        },
        { signal },
      ),
  }

  function takeTurn(): number {
    const time = now()
    // Never longer than those ahead can need: a clock set back would otherwise stop everything.
    const wait = Math.min(Math.max(nextStart - time, 0), spacing * concurrency)
    nextStart = time + wait + spacing
    return wait
  }
}
