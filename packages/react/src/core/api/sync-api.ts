import type { Run } from '@espejo/contract'
import { type Failure, failureWithoutAnswer } from '../connection/failure.js'
import type { Platform } from '../platform/platform.js'
import { type Endpoints, runUrl, withParams } from './endpoints.js'
import { type RequestParts, readFailure, type SendRequest } from './request.js'

/** The tenant's newest run: the fields that decide what to watch. */
export type NewestRun = Pick<Run, 'id' | 'status'>

type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure }

/** The requests that watching a run needs, besides the stream. None of them rejects. */
export interface SyncApi {
  /** The tenant's newest run; null if there is none or the server has no list of runs. */
  newestRun(signal: AbortSignal): Promise<Answer<NewestRun | null>>
  /** The run's current state. */
  readRun(runId: string, signal: AbortSignal): Promise<Answer<Run>>
  /** Requests the cancel of a run. The run's ending arrives on the stream. */
  cancelRun(runId: string): Promise<Answer<null>>
  /** A single-use ticket; null when the server has no ticket route. */
  mintTicket(runId: string | null, signal: AbortSignal): Promise<Answer<string | null>>
}

export function createSyncApi(
  endpoints: Endpoints,
  send: SendRequest,
  { now }: Pick<Platform, 'now'>,
): SyncApi {
  /** @param read converts the parsed body of a 2xx response; may throw */
  async function request<T>(url: string, init: RequestParts, read: (body: unknown) => T): Promise<Answer<T>> {
    try {
      const response = await send(url, { ...init, headers: { accept: 'application/json', ...init.headers } })
      if (!response.ok) return { ok: false, failure: await readFailure(response, now()) }
      const text = await response.text()
      try {
        return { ok: true, value: read(text === '' ? null : JSON.parse(text)) }
      } catch (cause) {
        return { ok: false, failure: failureWithoutAnswer('bad_response', cause) }
      }
    } catch (cause) {
      return { ok: false, failure: failureWithoutAnswer('network', cause) }
    }
  }

  return {
    async newestRun(signal) {
      const answer = await request(
        withParams(`${endpoints.syncBase}/runs`, { limit: '1' }),
        { signal },
        readNewestRun,
      )
      return isRouteMissing(answer) ? { ok: true, value: null } : answer
    },
    readRun: (runId, signal) => request(runUrl(endpoints, runId), { signal }, readRun),
    // `keepalive`: the request is sent even if the person leaves the page.
    cancelRun: (runId) =>
      request(runUrl(endpoints, runId, 'cancel'), { method: 'POST', keepalive: true }, () => null),
    async mintTicket(runId, signal) {
      const body = JSON.stringify(runId === null ? {} : { runId })
      const headers = { 'content-type': 'application/json' }
      const answer = await request(endpoints.tickets, { method: 'POST', body, headers, signal }, readTicket)
      return isRouteMissing(answer) ? { ok: true, value: null } : answer
    },
  }
}

function isRouteMissing(answer: Answer<unknown>): boolean {
  return !answer.ok && (answer.failure.problem.status === 404 || answer.failure.problem.status === 405)
}

function readNewestRun(body: unknown): NewestRun | null {
  const items = isObject(body) ? body.items : null
  if (!Array.isArray(items)) throw new TypeError('The list of runs has no items')
  const run: unknown = items[0]
  if (run === undefined) return null
  return readRun(run)
}

function readRun(run: unknown): Run {
  // The server shares the contract's types, so the fields are not validated one by one.
  if (!isObject(run) || typeof run.id !== 'string' || typeof run.status !== 'string') {
    throw new TypeError('The run has no id or status')
  }
  return run as unknown as Run
}

function readTicket(body: unknown): string {
  const ticket = isObject(body) ? body.ticket : null
  if (typeof ticket !== 'string' || ticket === '') throw new TypeError('The answer holds no ticket')
  return ticket
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
