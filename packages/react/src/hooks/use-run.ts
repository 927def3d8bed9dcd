'use client'

import { useEffect, useMemo } from 'react'
import { EMPTY_SNAPSHOT, type RunSnapshot } from '../core/snapshot.js'
import { fetchTransport } from '../core/transports/fetch-transport.js'
import type { TransportFactory } from '../core/transports/transport.js'
import { useWatcher, type WatcherHookOptions } from './use-watcher.js'

export interface RunOptions extends WatcherHookOptions {
  /** @defaultValue `fetchTransport` */
  transport?: TransportFactory | undefined
}

export interface WatchedRun extends RunSnapshot {
  /** Requests the cancel of the run; its ending arrives as `result`. */
  cancel: () => void
  /** Resumes watching after a problem. */
  reconnect: () => void
}

/** Watches one run and never starts one. With null it watches nothing. */
export function useRun(runId: string | null, options: RunOptions = {}): WatchedRun {
  const { transport = fetchTransport } = options
  const { watcher, snapshot } = useWatcher(undefined, transport, options)

  useEffect(() => {
    if (runId === null) return
    watcher.watch(runId)
    return watcher.close
  }, [watcher, runId])

  // After `runId` changes and before the effect above runs, the watcher still shows the previous run.
  const current = snapshot.runId === runId ? snapshot : EMPTY_SNAPSHOT
  return useMemo(
    () => ({ ...current, cancel: watcher.cancel, reconnect: () => void watcher.reconnect() }),
    [current, watcher],
  )
}
