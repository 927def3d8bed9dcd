import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { EndpointOptions } from '../core/api/endpoints.js'
import { type GetToken, tokenFromLocalStorage } from '../core/api/request.js'
import type { Edges } from '../core/platform/platform.js'
import { createRunWatcher, type RunWatcher, type RunWatcherOptions } from '../core/run-watcher.js'
import type { RunSnapshot } from '../core/snapshot.js'
import { withPolling } from '../core/transports/polling/polling-transport.js'
import { sharedTransport } from '../core/transports/shared-tabs/shared-transport.js'
import type { TransportFactory } from '../core/transports/transport.js'

export interface WatcherHookOptions extends Omit<EndpointOptions, 'url'> {
  /** The session's token, null to rely on the cookie. May change at every render. @defaultValue reads `localStorage.token` */
  getToken?: GetToken | undefined
  /** Least milliseconds between two renders for progress. @defaultValue 100 */
  throttleMs?: number | undefined
  /** Silence after which the connection counts as dead. @defaultValue 45000 */
  silenceMs?: number | undefined
  /**
   * Shares one connection per run among the tabs of this browser that give the same name: the user's
   * id, with the tenant's if a user can have several. A change of it begins from nothing. @defaultValue false
   */
  share?: string | false | undefined
  /**
   * Told which products the run changes, for a list that is shown beside it; null: read the list anew. May
   * change at every render. A hook that asks for this has a connection of its own, shared or not.
   */
  onChanges?: RunWatcherOptions['onChanges']
  /** Stand-ins for the browser's fetch, timers and the rest; only the first render's are used. */
  edges?: Partial<Edges> | undefined
}

/** A watcher that lives as long as the component and its addresses, and its snapshot. */
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

  const sturdy = useMemo(() => {
    const polling = withPolling(transport)
    // The tab that leads may not have asked for changes.
    return share && !wantsChanges ? sharedTransport(polling, { name: share }) : polling
  }, [transport, share, wantsChanges])

  // Making a watcher touches nothing, so a render that React throws away leaves nothing behind.
  const watcher = useMemo(
    () =>
      createRunWatcher({
        url,
        syncBase,
        ticketsUrl,
        throttleMs,
        silenceMs,
        transport: sturdy,
        edges,
        getToken: () => latest.current.getToken(),
        onChanges: wantsChanges ? (products) => latest.current.onChanges?.(products) : undefined,
      }),
    [url, syncBase, ticketsUrl, throttleMs, silenceMs, sturdy, edges, wantsChanges],
  )
  const snapshot = useSyncExternalStore(watcher.subscribe, watcher.getSnapshot, watcher.getSnapshot)
  return { watcher, snapshot }
}
