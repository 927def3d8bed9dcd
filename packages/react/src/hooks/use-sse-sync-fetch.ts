'use client'

import { fetchTransport } from '../core/transports/fetch-transport.js'
import { type Sync, type SyncOptions, useSync } from './use-sync.js'

/**
 * Starts and watches a sync over `fetch`: the token is sent in a header and never in a URL, and a
 * refusal's reason is known.
 *
 * @param url the stream's URL, for example `/api/cianbox/sync/products/stream`
 */
export function useSSESyncFetch(url: string, options: SyncOptions = {}): Sync {
  return useSync(url, fetchTransport, options)
}
