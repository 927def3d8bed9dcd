import { type ConnectionProblem, connectionProblem, type ProblemCode } from './problem.js'
import { parseRetryAfter } from './retry-delay.js'

/** Why a request or a stream failed, and what to do next. */
export interface Failure {
  readonly problem: ConnectionProblem
  /** `retry`: a retry may succeed. `stop`: a person has to act. */
  readonly next: 'retry' | 'stop'
  /** The least delay before a retry that the server requested, in milliseconds. */
  readonly floorMs: number
  /** The server has certainly not started to process the request (429, 503). */
  readonly declined: boolean
  /** With 409 `run_active`: id of the active run. */
  readonly activeRunId: string | null
}

/** The parts of a non-2xx response that decide what to do. */
export interface Refusal {
  status: number
  retryAfter: string | null
  /** The body: a problem document, or anything else. */
  body: string
}

/** Converts a refusal to a failure. Pure: `nowMs` is only for a `Retry-After` that is a date. */
export function failureOfRefusal({ status, retryAfter, body }: Refusal, nowMs: number): Failure {
  const document = problemDocument(body)
  const code = codeOfStatus(status)
  return {
    problem: connectionProblem(code, { status, detail: document.detail, serverCode: document.code }),
    next: code === 'unavailable' || code === 'bad_response' ? 'retry' : 'stop',
    floorMs: parseRetryAfter(retryAfter, nowMs),
    declined: status === 429 || status === 503,
    activeRunId: status === 409 ? document.runId : null,
  }
}

/** A failure without a response of the server: no network, or a stream that was cut or is invalid. */
export function failureWithoutAnswer(code: ProblemCode, cause?: unknown): Failure {
  return {
    problem: connectionProblem(code, { cause }),
    next: 'retry',
    floorMs: 0,
    declined: false,
    activeRunId: null,
  }
}

function codeOfStatus(status: number): ProblemCode {
  if (status === 401) return 'session_expired'
  if (status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'run_gone'
  if (status === 409) return 'conflict'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'unavailable'
  return status >= 400 ? 'refused' : 'bad_response'
}

const MAX_DETAIL_CHARS = 500

function problemDocument(body: string) {
  const document = objectOf(body)
  const run = document.run
  const runId = typeof run === 'object' && run !== null && 'id' in run ? run.id : null
  return {
    detail: nonEmptyText(document.detail),
    code: nonEmptyText(document.code),
    runId: typeof runId === 'string' ? runId : null,
  }
}

function nonEmptyText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.slice(0, MAX_DETAIL_CHARS) : null
}

function objectOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Not JSON, for example a proxy's HTML page: only the status is known.
    return {}
  }
}
