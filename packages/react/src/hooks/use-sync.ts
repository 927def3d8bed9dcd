import { useEffect, useMemo } from 'react'
import type { RunSnapshot } from '../core/snapshot.js'
import type { TransportFactory } from '../core/transports/transport.js'
import { useWatcher, type WatcherHookOptions } from './use-watcher.js'

export interface SyncOptions extends WatcherHookOptions {
  /** On mount, watch the run that is under way, if there is one. @defaultValue false */
  resume?: boolean | undefined
}

/** The brief's `{progress, result, isLoading, error, startSync, cancel}`, and what is new. */
export interface Sync extends RunSnapshot {
  /** Clears what was shown, and starts a run or joins the active one. Does nothing while `isLoading`. */
  startSync: () => void
  /** Asks the server to cancel the run; its ending arrives as `result`. */
  cancel: () => void
  /** Goes on watching after a problem, for example once the person has signed in again. */
  reconnect: () => void
}

/** What {@link useSSESync} and {@link useSSESyncFetch} share. */
export function useSync(url: string, transport: TransportFactory, options: SyncOptions): Sync {
  const { watcher, snapshot } = useWatcher(url, transport, options)
  const { resume = false } = options

  useEffect(() => {
    // A mount after an unmount (StrictMode, a hidden tab panel) goes on with the run it had.
    if (!watcher.reconnect() && resume) watcher.resume()
    return watcher.close
  }, [watcher, resume])

  return useMemo(
    () => ({
      ...snapshot,
      startSync: watcher.start,
      cancel: watcher.cancel,
      reconnect: () => void watcher.reconnect(),
    }),
    [snapshot, watcher],
  )
}
