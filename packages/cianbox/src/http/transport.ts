import { type Dispatcher, request } from 'undici'
import type { Scrub } from '../redact.js'
import { linkSignals } from './abort.js'
import { readBody } from './body.js'
import { createDeadline } from './deadline.js'
import { failureOf, type Phase } from './failure.js'

/** How long each part of a request may take, in milliseconds. */
export interface Timeouts {
  /** To connect. Of an injected dispatcher it bounds the wait for headers only. @defaultValue 10000 */
  connectMs: number
  /** From the request sent to the headers received. @defaultValue 30000 */
  headersMs: number
  /** Between two pieces of the body. @defaultValue 15000 */
  idleMs: number
  /** For the whole body, however steadily it drips. @defaultValue 60000 */
  bodyMs: number
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 15_000,
  bodyMs: 60_000,
}

/** One request as it goes over the wire. Its URL may hold a token. */
export interface WireRequest {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  /** Path without account and query, for hooks and messages. */
  route: string
  json?: unknown
}

/** An answer, whatever its status, with its body read. */
export interface WireAnswer {
  status: number
  header(name: string): string | undefined
  text: string
}

/** What one request cost. */
export interface RequestRecord {
  /** Path without account and query: `/productos`, `/auth/credentials`. */
  route: string
  /** 1 for the first try. */
  attempt: number
  /** null when no answer arrived. */
  status: number | null
  durationMs: number
  /** Bytes of the body as received (compressed, if it was). */
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

/** Sends one request and reads its answer. Redirects are answers like any other. */
export type Send = (wire: WireRequest, attempt: number, signal: AbortSignal) => Promise<WireAnswer>

/**
 * The only place that talks to the network. Every request is told to `onRequest` once, however it ends.
 *
 * `Send` throws CianboxError: `unreachable`, `timeout`, `too_large`, `invalid_response` or `aborted`.
 */
export function createTransport(options: TransportOptions): Send {
  const { timeouts, maxBytes, now, scrub } = options

  return async (wire, attempt, signal) => {
    const started = now()
    const controller = linkSignals(signal)
    const deadline = createDeadline(controller.abort)
    let phase: Phase = 'headers'
    let status: number | null = null
    let bytes = 0
    try {
      deadline.set(timeouts.connectMs + timeouts.headersMs)
      const answer = await request(wire.url, {
        method: wire.method,
        headers: headersOf(wire),
        body: wire.json === undefined ? null : JSON.stringify(wire.json),
        dispatcher: options.dispatcher,
        headersTimeout: timeouts.headersMs,
        bodyTimeout: timeouts.idleMs,
        signal: controller.signal,
      })
      status = answer.statusCode
      phase = 'body'
      deadline.set(timeouts.bodyMs)
      // Destroying a body that nobody reads emits an error; it is reported below, if at all.
      answer.body.on('error', () => {})
      const header = (name: string) => first(answer.headers[name])
      const text = await readBody(answer.body, {
        encoding: header('content-encoding'),
        maxBytes,
        signal: controller.signal,
        onBytes: (count) => {
          bytes += count
        },
      })
      return { status, header, text }
    } catch (error) {
      // Streams wrap the reason of an abort; a deadline must still be told from a cut.
      const cause = controller.signal.aborted ? controller.signal.reason : error
      controller.abort(error)
      throw failureOf(cause, { route: wire.route, phase, isAborted: signal.aborted, status, scrub })
    } finally {
      deadline.clear()
      controller.dispose()
      options.onRequest({ route: wire.route, attempt, status, durationMs: now() - started, bytes })
    }
  }
}

function headersOf(wire: WireRequest): Record<string, string> {
  const headers = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'espejo-cianbox' }
  return wire.json === undefined ? headers : { ...headers, 'content-type': 'application/json' }
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
