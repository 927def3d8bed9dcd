import { orAborted } from './abort.js'

/** Starts the work, or joins it if it is running already. */
export type SingleFlight<T> = (start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Shares one execution among concurrent callers. When a caller aborts, the others keep waiting; when the
 * last one has aborted, the work is aborted.
 */
export function createSingleFlight<T>(): SingleFlight<T> {
  let flight: { promise: Promise<T>; controller: AbortController; waiters: number } | null = null

  return async (start, signal) => {
    signal.throwIfAborted()
    const joined = flight ?? launch(start)
    joined.waiters++
    try {
      return await orAborted(joined.promise, signal)
    } finally {
      joined.waiters--
      if (joined.waiters === 0) {
        joined.controller.abort(signal.reason)
        if (flight === joined) flight = null
      }
    }
  }

  function launch(start: (signal: AbortSignal) => Promise<T>) {
    const controller = new AbortController()
    const launched = { promise: start(controller.signal), controller, waiters: 0 }
    const land = () => {
      if (flight === launched) flight = null
    }
    launched.promise.then(land, land)
    flight = launched
    return launched
  }
}
