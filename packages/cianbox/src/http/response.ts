import { CianboxError, type CianboxErrorDetails, type CianboxErrorKind } from '../errors.js'
import { isRecord } from '../parse/fields.js'
import type { Scrub } from '../redact.js'
import { retryAfterMs } from './retry-after.js'
import type { HttpResponse } from './transport.js'

/** The purpose of a request; it decides what a status means. */
export type Purpose = 'auth' | 'read' | 'write'

export interface ResponseContext {
  route: string
  purpose: Purpose
  now: number
  maxRetryAfterMs: number
  /** Refuse a response whose `content-type` is not JSON, even if its body is. */
  requireJsonType: boolean
  scrub: Scrub
}

/** A successful response: its body as text, and parsed. */
export interface JsonResponse {
  json: unknown
  text: string
}

/**
 * Returns the JSON of a successful response. Pure.
 *
 * @throws {CianboxError} for any other response; not of the transport's kinds (`unreachable`, `aborted`, …)
 */
export function readResponse(response: HttpResponse, context: ResponseContext): JsonResponse {
  if (response.status < 200 || response.status > 299) throw statusError(response, context)
  if (response.text.trim() === '') {
    if (context.purpose === 'write') return { json: null, text: '' }
    throw invalid(response, context, 'an empty body')
  }
  const json = parseJson(response.text)
  if (json === undefined) throw invalid(response, context, describeText(response.text))
  const type = response.header('content-type')
  if (context.requireJsonType && type !== undefined && !JSON_TYPE.test(type)) {
    throw invalid(response, context, `content-type "${type.slice(0, 80)}" instead of JSON`)
  }
  const errorText = errorTextOf(json)
  if (errorText !== undefined) throw inBandError(response, context, errorText)
  return { json, text: response.text }
}

const JSON_TYPE = /^\s*(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i
/** An error text about the token in a response with status 200 means the same as a 401. */
const TOKEN_ERROR = /access[_ ]?token|token.*(?:inv[aá]lid|expir|vencid)|unauthori[sz]ed|no autori[sz]ado/i

function statusError(response: HttpResponse, context: ResponseContext): CianboxError {
  const { status } = response
  const errorText = errorTextOf(parseJson(response.text))
  const kind = kindOfStatus(status, context.purpose)
  const wait = retryAfterMs(
    response.header('retry-after'),
    response.header('date'),
    context.now,
    context.maxRetryAfterMs,
  )
  return fail(kind, context, `answered ${status}`, {
    status,
    retryAfterMs: kind === 'rate_limited' || kind === 'server_error' ? wait : undefined,
    upstreamMessage: errorText,
    ...(status < 400 ? REDIRECTED : {}),
  })
}

const REDIRECTED: CianboxErrorDetails = {
  retryable: false,
  operatorMessage:
    'Cianbox derivó la consulta a otra dirección y no se la siguió. Revisá la dirección del servidor y la cuenta en Conexión.',
}

function kindOfStatus(status: number, purpose: Purpose): CianboxErrorKind {
  if (status < 400) return 'invalid_response'
  if (status >= 500) return 'server_error'
  if (status === 429) return 'rate_limited'
  if (status === 408) return 'timeout'
  if (status === 403) return 'forbidden'
  if (status === 401) return 'auth'
  if (purpose === 'auth' && status === 404) return 'account'
  return purpose === 'auth' && (status === 400 || status === 422) ? 'auth' : 'bad_request'
}

function inBandError(response: HttpResponse, context: ResponseContext, errorText: string): CianboxError {
  const details = { status: response.status, upstreamMessage: errorText }
  if (context.purpose === 'auth' || TOKEN_ERROR.test(errorText)) {
    return fail('auth', context, 'said "error"', details)
  }
  return fail(context.purpose === 'write' ? 'bad_request' : 'server_error', context, 'said "error"', details)
}

/** The text of an error response, from any of the fields that Cianbox uses; "" without a text. */
function errorTextOf(json: unknown): string | undefined {
  if (!isRecord(json)) return undefined
  const body = isRecord(json.body) ? json.body : {}
  if (json.status !== 'error' && body.status !== 'error') return undefined
  const reasons = [json, body].flatMap((from) => [
    from.message,
    from.statusMessage,
    from.descripcion,
    from.description,
  ])
  return reasons.find((reason): reason is string => typeof reason === 'string' && reason !== '') ?? ''
}

function invalid(response: HttpResponse, context: ResponseContext, what: string): CianboxError {
  return fail('invalid_response', context, `answered ${response.status} with ${what}`, {
    status: response.status,
  })
}

function fail(kind: CianboxErrorKind, context: ResponseContext, what: string, details: CianboxErrorDetails) {
  return new CianboxError(kind, `${context.route} ${what}`, { ...details, scrub: context.scrub })
}

/** Returns undefined instead of throwing: the parser's message quotes the text, which may contain a token. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describeText(text: string): string {
  return text.trimStart().startsWith('<') ? 'HTML instead of JSON' : 'JSON that is cut off or malformed'
}
