import { redactText, type Scrub } from './redact.js'

/**
 * The kind of an error, for programs.
 *
 * - `auth`: the credentials were refused, or the token was, even after a renewal
 * - `account`: there is no account with that name
 * - `forbidden`: logged in, but not allowed (permissions, suspended account)
 * - `unreachable`: no connection, or it was cut
 * - `timeout`: no connection, headers or complete body in time
 * - `rate_limited`: 429
 * - `server_error`: 5xx, or `status: "error"` under HTTP 200
 * - `invalid_response`: not JSON, cut off, a redirect, or an unknown shape
 * - `too_large`: more bytes than `maxBytes`, counted after decompression
 * - `bad_request`: any other 4xx, or a refused write
 * - `aborted`: by the caller's signal or by `close()`
 */
export type CianboxErrorKind =
  | 'auth'
  | 'account'
  | 'forbidden'
  | 'unreachable'
  | 'timeout'
  | 'rate_limited'
  | 'server_error'
  | 'invalid_response'
  | 'too_large'
  | 'bad_request'
  | 'aborted'

export interface CianboxErrorDetails {
  /** Whether the same request may succeed later. Defaults by kind. */
  retryable?: boolean | undefined
  /** Spanish sentence for the operator. Defaults by kind. */
  operatorMessage?: string | undefined
  /** HTTP status, if there was a response. */
  status?: number | undefined
  /** The delay of `Retry-After`, in milliseconds, already limited. */
  retryAfterMs?: number | undefined
  /** The request was not sent because the circuit breaker is open. */
  circuitOpen?: boolean | undefined
  /** The server's error text, if any. Shown to the operator in quotes. */
  upstreamMessage?: string | undefined
  /** Stored as a copy without secrets and without additional properties. */
  cause?: unknown
  /** Also hides this client's secrets. Without it only well-known forms of secrets are hidden. */
  scrub?: Scrub | undefined
}

/** The only error class of this package. Its message, stack and causes contain no token or password. */
export class CianboxError extends Error {
  override readonly name = 'CianboxError'
  readonly kind: CianboxErrorKind
  readonly retryable: boolean
  /** What happened and what to check: a Spanish sentence for the operator. */
  readonly operatorMessage: string
  readonly status?: number
  readonly retryAfterMs?: number
  /** Whether the request was not sent because the circuit breaker is open. */
  readonly circuitOpen: boolean
  readonly upstreamMessage?: string

  constructor(kind: CianboxErrorKind, message: string, details: CianboxErrorDetails = {}) {
    const scrub = details.scrub ?? redactText
    super(scrub(message))
    const upstream = details.upstreamMessage && toSingleLine(scrub(details.upstreamMessage))
    const sentence = details.operatorMessage ?? OPERATOR_MESSAGES[kind]
    this.kind = kind
    this.retryable = details.retryable ?? RETRYABLE.has(kind)
    this.operatorMessage = upstream ? `${sentence} Cianbox dijo: «${upstream}».` : sentence
    this.circuitOpen = details.circuitOpen ?? false
    if (details.status !== undefined) this.status = details.status
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs
    if (upstream) this.upstreamMessage = upstream
    if (details.cause !== undefined) this.cause = safeCause(details.cause, scrub)
  }
}

const RETRYABLE: ReadonlySet<CianboxErrorKind> = new Set([
  'unreachable',
  'timeout',
  'rate_limited',
  'server_error',
  'invalid_response',
])

const OPERATOR_MESSAGES: Record<CianboxErrorKind, string> = {
  auth: 'Cianbox rechazó las credenciales. Revisá usuario y contraseña en Conexión.',
  account: 'Cianbox no conoce esa cuenta. Revisá el nombre de la cuenta en Conexión.',
  forbidden:
    'Cianbox no permitió la consulta. Revisá los permisos del usuario y que la cuenta no esté suspendida.',
  unreachable:
    'No se pudo conectar con Cianbox. Revisá la conexión a internet y probá de nuevo en unos minutos.',
  timeout: 'Cianbox tardó demasiado en responder. Probá de nuevo en unos minutos.',
  rate_limited:
    'Cianbox pidió bajar la frecuencia de las consultas. Esperá unos minutos o bajá las consultas por segundo en Conexión.',
  server_error: 'Cianbox tuvo un error. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.',
  invalid_response:
    'Cianbox respondió algo que no se pudo entender. Probá de nuevo en unos minutos y, si sigue, revisá la cuenta y el dialecto en Conexión.',
  too_large: 'La respuesta de Cianbox es demasiado grande. Bajá el tamaño de página en Conexión.',
  bad_request: 'Cianbox no aceptó la consulta. Revisá la cuenta y el dialecto en Conexión.',
  aborted: 'La consulta se canceló.',
}

const MAX_UPSTREAM_MESSAGE = 200
const MAX_CAUSES = 4

function toSingleLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ').trim()
  return line.length > MAX_UPSTREAM_MESSAGE ? `${line.slice(0, MAX_UPSTREAM_MESSAGE)}…` : line
}

/** Copies only name, code, message and stack: errors of HTTP clients contain sockets, requests and URLs. */
function safeCause(cause: unknown, scrub: Scrub, depth = 0): Error {
  if (cause instanceof CianboxError) return cause
  if (!(cause instanceof Error)) return new Error(typeof cause === 'string' ? scrub(cause) : 'not an Error')
  const copy = new Error(scrub(messageOf(cause)))
  copy.name = cause.name
  if (cause.stack) copy.stack = scrub(cause.stack)
  if ('code' in cause && typeof cause.code === 'string') Object.assign(copy, { code: cause.code })
  if (cause.cause !== undefined && depth < MAX_CAUSES) copy.cause = safeCause(cause.cause, scrub, depth + 1)
  return copy
}

/** For a refused dual-stack connection Node throws an AggregateError with an empty message. */
function messageOf(error: Error): string {
  if (error.message || !(error instanceof AggregateError)) return error.message
  return error.errors.map((inner: unknown) => (inner instanceof Error ? inner.message : '')).join('; ')
}
