import type { Run } from '@espejo/contract'
import type { Endpoints } from '../api/endpoints.js'
import type { GetToken, SendRequest } from '../api/request.js'
import type { SyncApi } from '../api/sync-api.js'
import type { Failure } from '../connection/failure.js'
import type { ConnectionProblem } from '../connection/problem.js'
import type { Platform } from '../platform/platform.js'
import type { Frame } from './decode-frame.js'

export interface StreamRequest {
  url: string
  /** Null on the starting route, where the run's id is not known yet. */
  runId: string | null
  lastEventId: string | null
}

export interface StreamListener {
  /** The server has responded with an event stream. */
  open(): void
  /** Bytes have arrived, even if only a comment. */
  activity(): void
  frame(frame: Frame): void
  /** The stream does not get through: the run is polled and reported by `run`, until the next `open`. */
  degraded(problem: ConnectionProblem): void
  /** The run's current state, polled instead of streamed. */
  run(run: Run): void
}

/** How a stream ended. `finished` is 204: the server has no more events. */
export type StreamEnd = { type: 'finished' } | { type: 'failed'; failure: Failure }

/**
 * Opens one connection, reports to the listener, and resolves when the connection has ended. Never
 * reconnects by itself. When `signal` is aborted it closes the connection and reports nothing more; its
 * result is then ignored.
 */
export type Transport = (
  request: StreamRequest,
  listener: StreamListener,
  signal: AbortSignal,
) => Promise<StreamEnd>

export interface TransportContext {
  api: SyncApi
  endpoints: Endpoints
  send: SendRequest
  getToken: GetToken
  /** The platform APIs: `fetch`, timers, clock and the rest. */
  edges: Platform
}

export type TransportFactory = (context: TransportContext) => Transport
