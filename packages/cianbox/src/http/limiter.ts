import PQueue from 'p-queue'
import type { Sleep } from './abort.js'

/** Decides when a request may be sent. Replace it to share one limit among several processes. */
export interface Limiter {
  /**
   * Runs `send` as soon as the limit allows it.
   *
   * @param signal stops the wait; the promise then rejects
   * @param onDelay called when `send` has to wait, with the time at which it will run (null if unknown) and
   * the reason: our own request rate (`rate_limit`), or a pause that the server requested (`retry_after`)
   */
  run<T>(send: () => Promise<T>, signal: AbortSignal, onDelay?: OnDelay): Promise<T>
  /**
   * Called when the server requested a pause (`Retry-After`, in milliseconds, already limited). The client
   * pauses by itself; a limiter shared by several processes can make them all pause. A rejection is ignored.
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
 * A limiter for one process: at most `concurrency` concurrent requests, started at least
 * 1 / `requestsPerSecond` seconds apart, without bursts.
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
          const wait = reserveStart()
          if (wait > 0) {
            onDelay?.(new Date(now() + wait))
            await sleep(wait, signal)
          }
          return send()
        },
        { signal },
      ),
  }

  function reserveStart(): number {
    const time = now()
    // Limited, because otherwise a clock set back would stop all requests.
    const wait = Math.min(Math.max(nextStart - time, 0), spacing * concurrency)
    nextStart = time + wait + spacing
    return wait
  }
}
