import type { Dispatcher } from 'undici'
import { CianboxError } from './errors.js'
import type { Sleep } from './http/abort.js'
import type { Credentials } from './http/auth.js'
import type { CircuitBreaker } from './http/breaker.js'
import type { Limiter } from './http/limiter.js'
import type { RetryPolicy } from './http/retry-policy.js'
import type { TokenStore } from './http/tokens.js'
import type { RequestRecord, Timeouts } from './http/transport.js'
import type { Waiting } from './http/waiting.js'
import type { Dialect } from './parse/envelope.js'

export interface CianboxClientOptions {
  /** `https://cianbox.org`, or the URL of a simulator. A path in it is kept. */
  baseUrl: string
  /** The customer's account name: `{baseUrl}/{cuenta}/api/v2`. */
  cuenta: string
  credentials: Credentials
  dialect: Dialect
  /** Requests started per second; may be fractional. Not used with `limiter`. @defaultValue 2 */
  requestsPerSecond?: number
  /** Most concurrent requests. Not used with `limiter`. @defaultValue 2 */
  concurrency?: number
  /** Shares tokens between processes and restarts. Without it, each client logs in. */
  tokenStore?: TokenStore
  /** Called when `tokenStore` fails. Requests continue, because the store is only a cache. */
  onTokenStoreError?: (error: unknown) => void
  /** Replaces the client's limiter, for example with one limit for several processes. */
  limiter?: Limiter
  /** For example {@link createCircuitBreaker}. None by default. */
  breaker?: CircuitBreaker
  /** undici dispatcher, for proxies or checks of the address. The caller closes it. */
  dispatcher?: Dispatcher
  timeouts?: Partial<Timeouts>
  /** Most bytes of a response, as received and also after decompression. @defaultValue 33554432 */
  maxBytes?: number
  retry?: Partial<RetryPolicy>
  /** Refuse a response whose `content-type` is not JSON, even if its body is. @defaultValue true */
  requireJsonType?: boolean
  /** Called after every request, logins and retries included. Its errors are ignored. */
  onRequest?: (record: RequestRecord) => void
  /** Called when requests have to wait, with the reason, and with null when they continue. Its errors are ignored. */
  onWaiting?: (waiting: Waiting | null) => void
  /** Milliseconds since the epoch. For tests. */
  now?: () => number
  /** In [0, 1). For tests. */
  random?: () => number
  /** For tests. */
  sleep?: Sleep
}

/** The account's API URL, without a slash at the end. */
export function apiUrlOf(baseUrl: string, cuenta: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new CianboxError('bad_request', 'baseUrl must be an http(s) address without credentials', {
      operatorMessage: 'La dirección del servidor de Cianbox no es válida. Revisá la configuración.',
    })
  }
  // `cuenta` becomes a path segment: ".." or a slash would change the path.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(cuenta)) {
    throw new CianboxError('account', 'cuenta may hold letters, digits, dots, hyphens and underscores', {
      operatorMessage: 'El nombre de la cuenta no es válido. Revisalo en Conexión.',
    })
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${cuenta}/api/v2`
}
