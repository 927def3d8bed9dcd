import { createRunWatcher, type RunWatcher, type RunWatcherOptions } from '../src/core/run-watcher.js'
import type { RunSnapshot } from '../src/core/snapshot.js'

/** Resolves with the first snapshot, from now on, that satisfies `holds`. */
export function until(watcher: RunWatcher, holds: (snapshot: RunSnapshot) => boolean): Promise<RunSnapshot> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | null = null
    const look = () => {
      const snapshot = watcher.getSnapshot()
      if (!holds(snapshot)) return
      unsubscribe?.()
      resolve(snapshot)
    }
    unsubscribe = watcher.subscribe(look)
    look()
  })
}

/** The sequence of a watcher's `connection` values, without repetitions. */
export function recordConnections(watcher: RunWatcher): string[] {
  const seen: string[] = [watcher.getSnapshot().connection]
  watcher.subscribe(() => {
    const { connection } = watcher.getSnapshot()
    if (seen.at(-1) !== connection) seen.push(connection)
  })
  return seen
}

/** A watcher that does not throttle progress and retries without delay. */
export function eagerWatcher(options: RunWatcherOptions): RunWatcher {
  return createRunWatcher({
    getToken: () => 'secreto',
    throttleMs: 0,
    ...options,
    edges: { random: () => 0, ...options.edges },
  })
}
