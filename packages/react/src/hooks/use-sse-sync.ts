import { eventSourceTransport } from '../core/transports/event-source-transport.js'
import { type Sync, type SyncOptions, useSync } from './use-sync.js'

/**
 * Starts and watches a sync over the browser's `EventSource`, each connection with a single-use
 * ticket of its own. Prefer {@link useSSESyncFetch} unless something in between needs `EventSource`.
 *
 * @param url the stream's address, `/api/cianbox/sync/products/stream`
 */
export function useSSESync(url: string, options: SyncOptions = {}): Sync {
  return useSync(url, eventSourceTransport, options)
}
