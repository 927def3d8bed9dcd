import type { Edges } from './platform/platform.js'

export interface Coalescer {
  /** Asks for a flush: now if the last was long enough ago, else once when it will have been. */
  request(): void
  /** Asks for a flush that is not now: time for what is known to follow. */
  defer(): void
  /** Flushes now, and takes back a flush that was due. */
  flush(): void
  /** Takes back a flush that was due. */
  cancel(): void
}

/**
 * Spaces out calls of `run` to one per `intervalMs`, the first at once and the last never lost.
 */
export function createCoalescer(
  run: () => void,
  intervalMs: number,
  { setTimer, now }: Pick<Edges, 'setTimer' | 'now'>,
): Coalescer {
  let last = Number.NEGATIVE_INFINITY
  let takeBack: (() => void) | null = null

  function cancel() {
    takeBack?.()
    takeBack = null
  }
  function flush() {
    cancel()
    last = now()
    run()
  }
  function request() {
    if (takeBack) return
    // A clock set back must not make the wait longer than the interval.
    const left = Math.min(intervalMs, last + intervalMs - now())
    if (left <= 0) flush()
    else takeBack = setTimer(flush, left)
  }
  function defer() {
    takeBack ??= setTimer(flush, intervalMs)
  }
  return { request, defer, flush, cancel }
}
