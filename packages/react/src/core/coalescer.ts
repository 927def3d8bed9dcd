import type { Platform } from './platform/platform.js'

export interface Coalescer {
  /** Flushes now if the last flush was at least one interval ago; else once, when the interval is over. */
  request(): void
  /** Flushes once after an interval, so that the data that follows is in the same flush. */
  defer(): void
  /** Flushes now and cancels a scheduled flush. */
  flush(): void
  /** Cancels a scheduled flush. */
  cancel(): void
}

/**
 * Throttles calls of `run` to one per `intervalMs` milliseconds. The first request runs at once, and
 * the last one is never lost.
 */
export function createCoalescer(
  run: () => void,
  intervalMs: number,
  { setTimer, now }: Pick<Platform, 'setTimer' | 'now'>,
): Coalescer {
  let flushedAt = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | null = null

  function cancel() {
    cancelTimer?.()
    cancelTimer = null
  }
  function flush() {
    cancel()
    flushedAt = now()
    run()
  }
  function request() {
    if (cancelTimer) return
    // The clock may be set back: never wait longer than one interval.
    const remainingMs = Math.min(intervalMs, flushedAt + intervalMs - now())
    if (remainingMs <= 0) flush()
    else cancelTimer = setTimer(flush, remainingMs)
  }
  function defer() {
    cancelTimer ??= setTimer(flush, intervalMs)
  }
  return { request, defer, flush, cancel }
}
