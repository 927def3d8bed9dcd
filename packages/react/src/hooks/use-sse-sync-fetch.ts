import { fetchTransport } from '../core/transports/fetch-transport.js'
import { type Sync, type SyncOptions, useSync } from './use-sync.js'

/**
 * Starts and watches a sync over `fetch`: the token travels in a header and never in an address,
 * and a refusal says why.
 *
 * @param url the stream's address, `/api/cianbox/sync/products/stream`
 */
export function useSSESyncFetch(url: string, options: SyncOptions = {}): Sync {
  return useSync(url, fetchTransport, options)
}
