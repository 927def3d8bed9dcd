import type { Problem, Run } from '@espejo/contract'

/**
 * Why a request failed: the server sent a problem (RFC 9457), no response came, or the response
 * is not in the form of the contract (a proxy's error page, for example).
 */
export type ApiFailure =
  | { kind: 'problem'; problem: Problem }
  | { kind: 'network' }
  | { kind: 'unreadable'; status: number }

/** The error that `request()` throws for every failure except an aborted request. */
export class ApiError extends Error {
  readonly failure: ApiFailure

  constructor(failure: ApiFailure, options?: ErrorOptions) {
    super(describe(failure), options)
    this.name = 'ApiError'
    this.failure = failure
  }

  /** HTTP status; `null` when no response came. */
  get status(): number | null {
    if (this.failure.kind === 'network') return null
    return this.failure.kind === 'problem' ? this.failure.problem.status : this.failure.status
  }

  /** The problem's stable code; `null` when the server sent none. */
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

  /** With code `run_active`: the active run. */
  get activeRun(): Run | null {
    return this.failure.kind === 'problem' ? (this.failure.problem.run ?? null) : null
  }
}

/** Parses a response outside 2xx. Never throws. */
export function toFailure(status: number, text: string): ApiFailure {
  const body = parseJson(text)
  return isProblem(body) ? { kind: 'problem', problem: body } : { kind: 'unreadable', status }
}

/** Whether the error is a 401: there is no session, or it has ended. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

/** Whether a retry may succeed: no response, 5xx or 429. */
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
