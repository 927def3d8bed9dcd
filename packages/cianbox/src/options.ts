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
  /** `https://cianbox.org`, or where a stand-in listens. A path before the account is kept. */
  baseUrl: string
  /** The customer's account name: `{baseUrl}/{cuenta}/api/v2`. */
  cuenta: string
  credentials: Credentials
  dialect: Dialect
  /** How often requests may start; may be fractional. Not used with `limiter`. @defaultValue 2 */
  requestsPerSecond?: number
  /** How many requests may be under way at once. Not used with `limiter`. @defaultValue 2 */
  concurrency?: number
  /** Keeps tokens between processes; without it each client logs in once. */
  tokenStore?: TokenStore
  /** Told when `tokenStore` fails. Requests go on: it is only a cache. */
  onTokenStoreError?: (error: unknown) => void
  /** Replaces the client's own limiter, for example to hold one limit across processes. */
  limiter?: Limiter
  /** For example {@link createCircuitBreaker}. None by default. */
  breaker?: CircuitBreaker
  /** undici dispatcher: where proxies and guards of the address go. The caller closes it. */
  dispatcher?: Dispatcher
  timeouts?: Partial<Timeouts>
  /** Cap on an answer's bytes, counted both as received and after decompression. @defaultValue 33554432 */
  maxBytes?: number
  retry?: Partial<RetryPolicy>
  /** Refuse an answer that is not declared as JSON even if it reads as JSON. @defaultValue true */
  requireJsonType?: boolean
  /** Told of every request sent, logins and retries included. What it throws is ignored. */
  onRequest?: (record: RequestRecord) => void
  /** Told why nothing moves, and null when it does again. What it throws is ignored. */
  onWaiting?: (waiting: Waiting | null) => void
  /** Milliseconds since the epoch. For tests. */
  now?: () => number
  /** In [0, 1). For tests. */
  random?: () => number
  /** For tests. */
  sleep?: Sleep
}

/** The account's API address, without a slash at the end. */
export function apiAddress(baseUrl: string, cuenta: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new CianboxError('bad_request', 'baseUrl must be an http(s) address without credentials', {
      operatorMessage: 'La dirección del servidor de Cianbox no es válida. Revisá la configuración.',
    })
  }
  // It becomes a segment of the path, where ".." or a slash would lead elsewhere.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(cuenta)) {
    throw new CianboxError('account', 'cuenta may hold letters, digits, dots, hyphens and underscores', {
      operatorMessage: 'El nombre de la cuenta no es válido. Revisalo en Conexión.',
    })
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${cuenta}/api/v2`
}
