import type { Problem, Run } from '@espejo/contract'

/**
 * Why a request gave nothing: the server refused it with a problem, no answer came, or the answer
 * is not in the form of the contract (a proxy's error page, for example).
 */
export type ApiFailure =
  | { kind: 'problem'; problem: Problem }
  | { kind: 'network' }
  | { kind: 'unreadable'; status: number }

/** The one error that `request()` throws, but for an aborted request. */
export class ApiError extends Error {
  readonly failure: ApiFailure

  constructor(failure: ApiFailure, options?: ErrorOptions) {
    super(describe(failure), options)
    this.name = 'ApiError'
    this.failure = failure
  }

  /** HTTP status; `null` when no answer came. */
  get status(): number | null {
    if (this.failure.kind === 'network') return null
    return this.failure.kind === 'problem' ? this.failure.problem.status : this.failure.status
  }

  /** The problem's stable code; `null` when the server told none. */
  get code(): string | null {
    return this.failure.kind === 'problem' ? this.failure.problem.code : null
  }

  /** The server's own sentence for a person; `null` when it sent none. */
  get sentence(): string | null {
    return this.failure.kind === 'problem' ? this.failure.problem.detail : null
  }

  /** The first message of each refused field, by path. */
  get fieldErrors(): Record<string, string> {
    const errors = this.failure.kind === 'problem' ? (this.failure.problem.errors ?? []) : []
    const byPath: Record<string, string> = {}
    for (const { path, message } of errors) byPath[path] ??= message
    return byPath
  }

  /** With `run_active`: the run that is under way. */
  get activeRun(): Run | null {
    return this.failure.kind === 'problem' ? (this.failure.problem.run ?? null) : null
  }
}

/** What an answer outside 2xx says, from its status and its text. Never throws. */
export function toFailure(status: number, text: string): ApiFailure {
  const body = parseJson(text)
  return isProblem(body) ? { kind: 'problem', problem: body } : { kind: 'unreadable', status }
}

/** Whether an error means that there is no session (any more). */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

/** Whether asking again may help: no answer, a fault of the server, or too many requests. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  return error.status === null || error.status >= 500 || error.status === 429
}

function describe(failure: ApiFailure): string {
  if (failure.kind === 'problem') return failure.problem.detail
  return failure.kind === 'network' ? 'no answer from the server' : `unreadable answer (${failure.status})`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false
  const { status, code, detail } = value as Record<string, unknown>
  return typeof status === 'number' && typeof code === 'string' && typeof detail === 'string'
}
