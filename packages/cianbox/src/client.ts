import { Agent } from 'undici'
import { defaultSleep } from './http/abort.js'
import { createAuth } from './http/auth.js'
import { createLimiter } from './http/limiter.js'
import { createRequester, withSignal } from './http/requester.js'
import { DEFAULT_RETRY } from './http/retry-policy.js'
import { createExchange } from './http/send-with-retries.js'
import { createTransport, DEFAULT_TIMEOUTS } from './http/transport.js'
import { createWaitingTracker } from './http/waiting.js'
import { apiAddress, type CianboxClientOptions } from './options.js'
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

/** One account at Cianbox. Every method throws CianboxError, and nothing else of its own. */
export interface CianboxClient {
  /** One page of the catalogue. */
  listProducts(query: ProductQuery): Promise<ProductPage>
  /** Products by id, 200 a request. Ids that Cianbox does not know are simply absent. */
  getProducts(ids: readonly string[], options?: ProductsByIdOptions): Promise<ProductPage>
  /** As {@link listProducts}, the rows as sent: `parseProductRows` reads those that need reading. */
  listProductRows(query: ProductQuery): Promise<ProductRowPage>
  /** As {@link getProducts}, the rows as sent. */
  getProductRows(ids: readonly string[], options?: ProductsByIdOptions): Promise<ProductRow[]>
  /** A whole list of categories, brands, price lists, seasons, branches or exchange rates. */
  listReference<K extends ReferenceKind>(kind: K, options?: CallOptions): Promise<ReferenceList<K>>
  notifications: Notifications
  /** Logs in with the credentials themselves, whatever tokens are held, and reads one small page. */
  testConnection(options?: CallOptions): Promise<ConnectionReport>
  /** Aborts what is under way and closes the connections; later calls fail as `aborted`. */
  close(): Promise<void>
}

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024

/**
 * A client of the Cianbox API v2 for one account. It sends nothing until asked. Share one client for
 * all the work on an account: token, limiter and the pauses that the server asks for are its own.
 *
 * @throws {CianboxError} `bad_request` or `account` when the address or the account's name cannot be
 */
export function createCianboxClient(options: CianboxClientOptions): CianboxClient {
  const { dialect, onRequest, onWaiting } = options
  const now = options.now ?? Date.now
  const sleep = options.sleep ?? defaultSleep
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const address = apiAddress(options.baseUrl, options.cuenta)
  const urlOf = (route: string) => address + route
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
    onRequest: (record) => quietly(() => onRequest?.(record)),
  })
  const exchange = createExchange({
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
    waiting: createWaitingTracker((waiting) => quietly(() => onWaiting?.(waiting))),
    requireJsonType: options.requireJsonType ?? true,
    now,
    random: options.random ?? Math.random,
    sleep,
    scrub,
  })
  const auth = createAuth({
    credentials: options.credentials,
    exchange,
    urlOf,
    store: options.tokenStore,
    onStoreError: (error) => quietly(() => options.onTokenStoreError?.(error)),
    now,
    onSecret,
  })
  const request = createRequester({ auth, exchange, urlOf, closed: closed.signal })

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

/** A hook watches; what goes wrong in it must not decide the fate of a request. */
function quietly(hook: () => void): void {
  try {
    hook()
  } catch {
    // Documented on the hooks: what they throw is ignored.
  }
}
