'use client'

import { useEffect, useMemo } from 'react'
import type { RunSnapshot } from '../core/snapshot.js'
import type { TransportFactory } from '../core/transports/transport.js'
import { useWatcher, type WatcherHookOptions } from './use-watcher.js'

export interface SyncOptions extends WatcherHookOptions {
  /** On mount, watch the active run, if there is one. @defaultValue false */
  resume?: boolean | undefined
}

/** The v0 contract's `{progress, result, isLoading, error, startSync, cancel}`, and more. */
export interface Sync extends RunSnapshot {
  /** Clears the state, and starts a run or joins the active one. Does nothing while `isLoading`. */
  startSync: () => void
  /** Requests the cancel of the run; its ending arrives as `result`. */
  cancel: () => void
  /** Resumes watching after a problem, for example after the person has signed in again. */
  reconnect: () => void
}

/** The common part of {@link useSSESync} and {@link useSSESyncFetch}. */
export function useSync(url: string, transport: TransportFactory, options: SyncOptions): Sync {
  const { watcher, snapshot } = useWatcher(url, transport, options)
  const { resume = false } = options

  useEffect(() => {
    // A mount after an unmount (StrictMode, a hidden tab panel) resumes the previous run.
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
