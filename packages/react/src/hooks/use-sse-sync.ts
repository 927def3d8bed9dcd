'use client'

import { eventSourceTransport } from '../core/transports/event-source-transport.js'
import { type Sync, type SyncOptions, useSync } from './use-sync.js'

/**
 * Starts and watches a sync over the browser's `EventSource`. Each connection gets a single-use ticket.
 * Prefer {@link useSSESyncFetch} unless a proxy or tool handles only `EventSource`.
 *
 * @param url the stream's URL, for example `/api/cianbox/sync/products/stream`
 */
export function useSSESync(url: string, options: SyncOptions = {}): Sync {
  return useSync(url, eventSourceTransport, options)
}
