import { type ConnectionProblem, connectionProblem, type ProblemCode } from './problem.js'
import { parseRetryAfter } from './retry-delay.js'

/** A request that did not do what it was for, and what may be done next. */
export interface Failure {
  readonly problem: ConnectionProblem
  /** `retry`: it may pass by itself. `stop`: only a person can change it. */
  readonly next: 'retry' | 'stop'
  /** The least time that the server asks to wait, in milliseconds. */
  readonly floorMs: number
  /** The server said in so many words that it did not take the request up. */
  readonly declined: boolean
  /** With 409 `run_active`: the run that is under way. */
  readonly activeRunId: string | null
}

/** What is read of an answer that is no success. */
export interface Refusal {
  status: number
  retryAfter: string | null
  /** The body: a problem document, or anything else. */
  body: string
}

/** A refusal to what it means. Pure: `nowMs` is only for a `Retry-After` that is a date. */
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

/** A failure without an answer: the network, a cut stream, an unreadable one. */
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

const MAX_SENTENCE = 500

function problemDocument(body: string) {
  const document = objectOf(body)
  const run = document.run
  const runId = typeof run === 'object' && run !== null && 'id' in run ? run.id : null
  return {
    detail: sentence(document.detail),
    code: sentence(document.code),
    runId: typeof runId === 'string' ? runId : null,
  }
}

function sentence(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.slice(0, MAX_SENTENCE) : null
}

function objectOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // A proxy's HTML page: the status alone says what is known.
    return {}
  }
}
