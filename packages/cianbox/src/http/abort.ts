import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** Waits; rejects at once when the signal aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export const defaultSleep: Sleep = (ms, signal) => delay(ms, undefined, signal ? { signal } : {})

export interface LinkedController {
  signal: AbortSignal
  abort(reason: unknown): void
  /** Lets go of the sources. */
  dispose(): void
}

/**
 * A controller that also aborts when any of the sources does. Unlike `AbortSignal.any` it is undone
 * by `dispose`, so that a client that lives for months leaves nothing behind on its own signal.
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
    // One signal may rightly stand over any number of requests; Node would warn of a leak from ten on.
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

/** Settles as the promise does, or rejects as soon as the signal aborts. The work itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
