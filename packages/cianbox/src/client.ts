import { Agent } from 'undici'
import { defaultSleep } from './http/abort.js'
import { createAuth } from './http/auth.js'
import { createLimiter } from './http/limiter.js'
import { createRequester, withSignal } from './http/requester.js'
import { DEFAULT_RETRY } from './http/retry-policy.js'
import { createRetryingSender } from './http/send-with-retries.js'
import { createTransport, DEFAULT_TIMEOUTS } from './http/transport.js'
import { createWaitingTracker } from './http/waiting.js'
import { apiUrlOf, type CianboxClientOptions } from './options.js'
import type { ProductPage, ProductRow, ProductRowPage } from './parse/product-page.js'
import type { ReferenceKind } from './parse/reference.js'
import { createScrubber } from './redact.js'
import { type CallOptions, createNotifications, type Notifications } from './resources/notifications.js'
import {
  getProductRows,
  getProducts,
  listProductRows,
  listProducts,
  type ProductQuery,
  type ProductsByIdOptions,
} from './resources/products.js'
import { listReference, type ReferenceList } from './resources/references.js'
import { type ConnectionReport, readSample } from './resources/test-connection.js'

/** A client for one Cianbox account. Methods throw only CianboxError. */
export interface CianboxClient {
  /** One page of the catalogue. */
  listProducts(query: ProductQuery): Promise<ProductPage>
  /** Products by id, 200 per request. Unknown ids are absent from the result. */
  getProducts(ids: readonly string[], options?: ProductsByIdOptions): Promise<ProductPage>
  /** Like {@link listProducts}, but the rows are not parsed: pass those you need to `parseProductRows`. */
  listProductRows(query: ProductQuery): Promise<ProductRowPage>
  /** Like {@link getProducts}, but the rows are not parsed. */
  getProductRows(ids: readonly string[], options?: ProductsByIdOptions): Promise<ProductRow[]>
  /** The complete list of categories, brands, price lists, seasons, branches or exchange rates. */
  listReference<K extends ReferenceKind>(kind: K, options?: CallOptions): Promise<ReferenceList<K>>
  notifications: Notifications
  /** Logs in with the credentials, even if there is a valid token, and reads one small page. */
  testConnection(options?: CallOptions): Promise<ConnectionReport>
  /** Aborts running calls and closes the connections. Later calls fail with `aborted`. */
  close(): Promise<void>
}

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024

/**
 * Creates a client of the Cianbox API v2 for one account. It sends no request before the first call. Share
 * one client for an account: the token, the limiter and the pauses of `Retry-After` belong to the client.
 *
 * @throws {CianboxError} `bad_request` or `account` when the base URL or the account's name is invalid
 */
export function createCianboxClient(options: CianboxClientOptions): CianboxClient {
  const { dialect, onRequest, onWaiting } = options
  const now = options.now ?? Date.now
  const sleep = options.sleep ?? defaultSleep
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const apiUrl = apiUrlOf(options.baseUrl, options.cuenta)
  const urlOf = (route: string) => apiUrl + route
  const closed = new AbortController()

  const { scrub, add: onSecret } = createScrubber()
  onSecret(options.credentials.password)
  onSecret(options.credentials.appCode)

  const dispatcher = options.dispatcher ?? new Agent({ connect: { timeout: timeouts.connectMs } })
  const send = createTransport({
    dispatcher,
    timeouts,
    maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
    now,
    scrub,
    onRequest: (record) => ignoreErrors(() => onRequest?.(record)),
  })
  const sendWithRetries = createRetryingSender({
    send,
    limiter:
      options.limiter ??
      createLimiter({
        requestsPerSecond: options.requestsPerSecond ?? 2,
        concurrency: options.concurrency ?? 2,
        now,
        sleep,
      }),
    breaker: options.breaker,
    retry: { ...DEFAULT_RETRY, ...options.retry },
    waiting: createWaitingTracker((waiting) => ignoreErrors(() => onWaiting?.(waiting))),
    requireJsonType: options.requireJsonType ?? true,
    now,
    random: options.random ?? Math.random,
    sleep,
    scrub,
  })
  const auth = createAuth({
    credentials: options.credentials,
    sendWithRetries,
    urlOf,
    store: options.tokenStore,
    onStoreError: (error) => ignoreErrors(() => options.onTokenStoreError?.(error)),
    now,
    onSecret,
  })
  const request = createRequester({ auth, sendWithRetries, urlOf, closed: closed.signal })

  return {
    listProducts: (query) => listProducts(request, dialect, query),
    listProductRows: (query) => listProductRows(request, dialect, query),
    getProductRows: (ids, byId) => getProductRows(request, dialect, ids, byId),
    getProducts: (ids, byId) => getProducts(request, dialect, ids, byId),
    listReference: (kind, call) => listReference(request, dialect, kind, call),
    notifications: createNotifications(request, onSecret),
    testConnection: async ({ signal } = {}) => {
      await withSignal(signal, closed.signal, auth.login)
      return readSample(request, dialect, signal)
    },
    close: async () => {
      closed.abort(new Error('client closed'))
      if (!options.dispatcher) await dispatcher.destroy()
    },
  }
}

/** An error in a hook must not affect the request. */
function ignoreErrors(hook: () => void): void {
  try {
    hook()
  } catch {
    // Documented at the hooks' options: errors are ignored.
  }
}
