import { CianboxError, type CianboxErrorDetails, type CianboxErrorKind } from '../errors.js'
import { isRecord } from '../parse/fields.js'
import type { Scrub } from '../redact.js'
import { retryAfterMs } from './retry-after.js'
import type { WireAnswer } from './transport.js'

/** What the request was for: the same status means different things. */
export type Purpose = 'auth' | 'read' | 'write'

export interface AnswerContext {
  route: string
  purpose: Purpose
  now: number
  maxRetryAfterMs: number
  /** Refuse what is not declared as JSON, even if it reads as JSON. */
  requireJsonType: boolean
  scrub: Scrub
}

/** A good answer: its text, and the JSON that it is. */
export interface Answer {
  json: unknown
  text: string
}

/**
 * The JSON of a good answer; anything else becomes an error. Pure.
 *
 * @throws {CianboxError} of every kind but those of the transport
 */
export function readAnswer(answer: WireAnswer, context: AnswerContext): Answer {
  if (answer.status < 200 || answer.status > 299) throw statusError(answer, context)
  if (answer.text.trim() === '') {
    if (context.purpose === 'write') return { json: null, text: '' }
    throw invalid(answer, context, 'an empty body')
  }
  const json = parseJson(answer.text)
  if (json === undefined) throw invalid(answer, context, describeText(answer.text))
  const type = answer.header('content-type')
  if (context.requireJsonType && type !== undefined && !JSON_TYPE.test(type)) {
    throw invalid(answer, context, `content-type "${type.slice(0, 80)}" instead of JSON`)
  }
  const complaint = complaintOf(json)
  if (complaint !== undefined) throw inBandError(answer, context, complaint)
  return { json, text: answer.text }
}

const JSON_TYPE = /^\s*(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i
/** An answer of 200 that complains of the token is a 401 by another name. */
const TOKEN_COMPLAINT =
  /access[_ ]?token|token.*(?:inv[aá]lid|expir|vencid)|unauthori[sz]ed|no autori[sz]ado/i

function statusError(answer: WireAnswer, context: AnswerContext): CianboxError {
  const { status } = answer
  const complaint = complaintOf(parseJson(answer.text))
  const kind = kindOfStatus(status, context.purpose)
  const wait = retryAfterMs(
    answer.header('retry-after'),
    answer.header('date'),
    context.now,
    context.maxRetryAfterMs,
  )
  return fail(kind, context, `answered ${status}`, {
    status,
    retryAfterMs: kind === 'rate_limited' || kind === 'server_error' ? wait : undefined,
    upstreamMessage: complaint,
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

function inBandError(answer: WireAnswer, context: AnswerContext, complaint: string): CianboxError {
  const details = { status: answer.status, upstreamMessage: complaint }
  if (context.purpose === 'auth' || TOKEN_COMPLAINT.test(complaint)) {
    return fail('auth', context, 'said "error"', details)
  }
  return fail(context.purpose === 'write' ? 'bad_request' : 'server_error', context, 'said "error"', details)
}

/** The reason in an answer that says "error", in any of the forms that were seen; "" without a reason. */
function complaintOf(json: unknown): string | undefined {
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

function invalid(answer: WireAnswer, context: AnswerContext, what: string): CianboxError {
  return fail('invalid_response', context, `answered ${answer.status} with ${what}`, {
    status: answer.status,
  })
}

function fail(kind: CianboxErrorKind, context: AnswerContext, what: string, details: CianboxErrorDetails) {
  return new CianboxError(kind, `${context.route} ${what}`, { ...details, scrub: context.scrub })
}

/** Not the parser's own message: it quotes the text, which may hold a token. */
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
