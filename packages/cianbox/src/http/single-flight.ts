import { orAborted } from './abort.js'

/** Joins the work under way, or starts it. */
export type SingleFlight<T> = (start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Work that many ask for and one does. A caller that aborts leaves the others alone; when the last
 * one has left, the work itself is aborted.
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
