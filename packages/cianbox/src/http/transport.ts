import { type Dispatcher, request } from 'undici'
import type { Scrub } from '../redact.js'
import { linkSignals } from './abort.js'
import { readBody } from './body.js'
import { createDeadline } from './deadline.js'
import { failureOf, type Phase } from './failure.js'

/** Timeouts of the parts of a request, in milliseconds. */
export interface Timeouts {
  /** To connect. With an injected dispatcher it only extends `headersMs`. @defaultValue 10000 */
  connectMs: number
  /** From the request sent to the headers received. @defaultValue 30000 */
  headersMs: number
  /** Between two chunks of the body. @defaultValue 15000 */
  idleMs: number
  /** For the complete body. @defaultValue 60000 */
  bodyMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 15_000,
  bodyMs: 60_000,
}

/** One HTTP request. Its URL may contain a token. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  /** Path without account and query, for hooks and messages. */
  route: string
  json?: unknown
  /** Requests in total while the server answers with errors. @defaultValue as the client's retry policy says */
  serverErrorAttempts?: number | undefined
}

/** A response of any status, with its complete body. */
export interface HttpResponse {
  status: number
  header(name: string): string | undefined
  text: string
}

/** Measurements of one request. */
export interface RequestRecord {
  /** Path without account and query: `/productos`, `/auth/credentials`. */
  route: string
  /** 1 for the first attempt. */
  attempt: number
  /** HTTP status; null without a response. */
  status: number | null
  durationMs: number
  /** Received bytes of the body, before decompression. */
  bytes: number
}

export interface TransportOptions {
  dispatcher: Dispatcher
  timeouts: Timeouts
  maxBytes: number
  now: () => number
  scrub: Scrub
  onRequest: (record: RequestRecord) => void
}

/** Sends one request and reads its response. Does not follow redirects. */
export type Send = (httpRequest: HttpRequest, attempt: number, signal: AbortSignal) => Promise<HttpResponse>

/**
 * The only module that uses the network. Calls `onRequest` once for each request, also after a failure.
 *
 * `Send` throws CianboxError: `unreachable`, `timeout`, `too_large`, `invalid_response` or `aborted`.
 */
export function createTransport(options: TransportOptions): Send {
  const { timeouts, maxBytes, now, scrub } = options

  return async (httpRequest, attempt, signal) => {
    const started = now()
    const controller = linkSignals(signal)
    const deadline = createDeadline(controller.abort)
    let phase: Phase = 'headers'
    let status: number | null = null
    let bytes = 0
    try {
      deadline.set(timeouts.connectMs + timeouts.headersMs)
      const response = await request(httpRequest.url, {
        method: httpRequest.method,
        headers: headersOf(httpRequest),
        body: httpRequest.json === undefined ? null : JSON.stringify(httpRequest.json),
        dispatcher: options.dispatcher,
        headersTimeout: timeouts.headersMs,
        bodyTimeout: timeouts.idleMs,
        signal: controller.signal,
      })
      status = response.statusCode
      phase = 'body'
      deadline.set(timeouts.bodyMs)
      // Destroying an unread body emits an error. The catch block below reports the failure.
      response.body.on('error', () => {})
      const header = (name: string) => first(response.headers[name])
      const text = await readBody(response.body, {
        encoding: header('content-encoding'),
        maxBytes,
        signal: controller.signal,
        onBytes: (count) => {
          bytes += count
        },
      })
      return { status, header, text }
    } catch (error) {
      // Streams wrap the abort reason. Use the signal's, to distinguish a timeout from a cut connection.
      const cause = controller.signal.aborted ? controller.signal.reason : error
      controller.abort(error)
      throw failureOf(cause, { route: httpRequest.route, phase, isAborted: signal.aborted, status, scrub })
    } finally {
      deadline.clear()
      controller.dispose()
      options.onRequest({ route: httpRequest.route, attempt, status, durationMs: now() - started, bytes })
    }
  }
}

function headersOf(httpRequest: HttpRequest): Record<string, string> {
  const headers = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'espejo-cianbox' }
  return httpRequest.json === undefined ? headers : { ...headers, 'content-type': 'application/json' }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
