import { errors } from 'undici'
import { CianboxError, type CianboxErrorKind } from '../errors.js'
import type { Scrub } from '../redact.js'
import { BodyTooLarge, UnknownEncoding } from './body.js'
import { DeadlineExceeded } from './deadline.js'

/** What the client was waiting for when a request failed. */
export type Phase = 'headers' | 'body'

export interface FailureContext {
  route: string
  phase: Phase
  /** Whether the caller aborted. */
  isAborted: boolean
  status: number | null
  scrub: Scrub
}

/** The error for a request without a complete response. */
export function failureOf(error: unknown, context: FailureContext): CianboxError {
  const kind = context.isAborted ? 'aborted' : kindOf(error)
  const status = context.status ?? undefined
  return new CianboxError(kind, `${context.route}: ${explain(kind, context.phase)}`, {
    cause: error,
    status,
    scrub: context.scrub,
  })
}

function kindOf(error: unknown): CianboxErrorKind {
  if (error instanceof BodyTooLarge) return 'too_large'
  if (error instanceof UnknownEncoding || isZlibError(error)) return 'invalid_response'
  if (isTimeout(error)) return 'timeout'
  return 'unreachable'
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof DeadlineExceeded ||
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    codeOf(error) === 'ETIMEDOUT'
  )
}

function isZlibError(error: unknown): boolean {
  return codeOf(error)?.startsWith('Z_') ?? false
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function explain(kind: CianboxErrorKind, phase: Phase): string {
  switch (kind) {
    case 'aborted':
      return 'aborted by the caller'
    case 'timeout':
      return phase === 'headers' ? 'no answer in time' : 'the body did not arrive in time'
    case 'too_large':
      return 'the body is larger than allowed'
    case 'invalid_response':
      return 'the body cannot be decompressed'
    default:
      return phase === 'headers' ? 'no connection' : 'the connection was cut in mid-body'
  }
}
