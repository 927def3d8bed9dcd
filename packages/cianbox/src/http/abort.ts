import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** Resolves after `ms` milliseconds; rejects at once when the signal is aborted. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export const defaultSleep: Sleep = (ms, signal) => delay(ms, undefined, signal ? { signal } : {})

export interface LinkedController {
  signal: AbortSignal
  abort(reason: unknown): void
  /** Removes the listeners from the sources. */
  dispose(): void
}

/**
 * A controller that is also aborted when any of the sources is. Unlike with `AbortSignal.any`, `dispose`
 * removes the listeners, so that they do not accumulate on a long-lived client's own signal.
 */
export function linkSignals(...sources: (AbortSignal | undefined)[]): LinkedController {
  const controller = new AbortController()
  const undo: (() => void)[] = []
  for (const source of sources) {
    if (!source) continue
    if (source.aborted) {
      controller.abort(source.reason)
      break
    }
    const onAbort = () => controller.abort(source.reason)
    // One signal may be used for any number of requests. Without this, Node warns of a leak above ten listeners.
    setMaxListeners(0, source)
    source.addEventListener('abort', onAbort, { once: true })
    undo.push(() => source.removeEventListener('abort', onAbort))
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose: () => {
      for (const release of undo) release()
    },
  }
}

/** Settles like the promise, or rejects as soon as the signal is aborted. Does not stop the work itself. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
