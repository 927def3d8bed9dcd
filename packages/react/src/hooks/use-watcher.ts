import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Edges } from '../core/edges.js'
import type { EndpointOptions } from '../core/endpoints.js'
import { withPolling } from '../core/polling-transport.js'
import { type GetToken, tokenFromLocalStorage } from '../core/request.js'
import { createRunWatcher, type RunWatcher } from '../core/run-watcher.js'
import { sharedTransport } from '../core/shared-transport.js'
import type { RunSnapshot } from '../core/snapshot.js'
import type { TransportFactory } from '../core/transport.js'

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
  const latestGetToken = useRef(getToken)
  useEffect(() => {
    latestGetToken.current = getToken
  }, [getToken])

  const sturdy = useMemo(() => {
    const polling = withPolling(transport)
    return share ? sharedTransport(polling, { name: share }) : polling
  }, [transport, share])

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
        getToken: () => latestGetToken.current(),
      }),
    [url, syncBase, ticketsUrl, throttleMs, silenceMs, sturdy, edges],
  )
  const snapshot = useSyncExternalStore(watcher.subscribe, watcher.getSnapshot, watcher.getSnapshot)
  return { watcher, snapshot }
}
