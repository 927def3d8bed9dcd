'use client'

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { EndpointOptions } from '../core/api/endpoints.js'
import { type GetToken, tokenFromLocalStorage } from '../core/api/request.js'
import type { Platform } from '../core/platform/platform.js'
import { createRunWatcher, type RunWatcher, type RunWatcherOptions } from '../core/run-watcher.js'
import type { RunSnapshot } from '../core/snapshot.js'
import { withPolling } from '../core/transports/polling/polling-transport.js'
import { sharedTransport } from '../core/transports/shared-tabs/shared-transport.js'
import type { TransportFactory } from '../core/transports/transport.js'

export interface WatcherHookOptions extends Omit<EndpointOptions, 'url'> {
  /** The session's token, null to use the cookie. May be a new function at each render. @defaultValue reads `localStorage.token` */
  getToken?: GetToken | undefined
  /** Least milliseconds between two renders for progress. @defaultValue 100 */
  throttleMs?: number | undefined
  /** Milliseconds without a byte after which to reconnect. @defaultValue 45000 */
  silenceMs?: number | undefined
  /**
   * Shares one connection per run among the tabs of this browser that pass the same name: the user's id,
   * and the tenant's id if a user can have several. A new name resets the state. @defaultValue false
   */
  share?: string | false | undefined
  /**
   * Called with the products that the run changes, for a list on the same screen; null: reload the list.
   * May be a new function at each render. A hook with this option does not share its connection.
   */
  onChanges?: RunWatcherOptions['onChanges']
  /** Replaces platform APIs: fetch, timers and the rest. Only the first render's value is used. */
  edges?: Partial<Platform> | undefined
}

/** A watcher, replaced when a URL or a setting changes, and its current snapshot. */
export function useWatcher(
  url: string | undefined,
  transport: TransportFactory,
  options: WatcherHookOptions,
): { watcher: RunWatcher; snapshot: RunSnapshot } {
  const { getToken = tokenFromLocalStorage, syncBase, ticketsUrl, throttleMs, silenceMs, share } = options
  const [edges] = useState(options.edges)
  const { onChanges } = options
  const wantsChanges = onChanges !== undefined
  const latest = useRef({ getToken, onChanges })
  useEffect(() => {
    latest.current = { getToken, onChanges }
  }, [getToken, onChanges])

  const resilientTransport = useMemo(() => {
    const polling = withPolling(transport)
    // The leading tab may not have requested the changed products.
    return share && !wantsChanges ? sharedTransport(polling, { name: share }) : polling
  }, [transport, share, wantsChanges])

  // Creating a watcher has no side effect, so a render that React discards needs no cleanup.
  const watcher = useMemo(
    () =>
      createRunWatcher({
        url,
        syncBase,
        ticketsUrl,
        throttleMs,
        silenceMs,
        transport: resilientTransport,
        edges,
        getToken: () => latest.current.getToken(),
        onChanges: wantsChanges ? (products) => latest.current.onChanges?.(products) : undefined,
      }),
    [url, syncBase, ticketsUrl, throttleMs, silenceMs, resilientTransport, edges, wantsChanges],
  )
  const snapshot = useSyncExternalStore(watcher.subscribe, watcher.getSnapshot, watcher.getSnapshot)
  return { watcher, snapshot }
}
