import type { Run } from '@espejo/contract'
import type { Endpoints } from '../api/endpoints.js'
import type { GetToken, SendRequest } from '../api/request.js'
import type { SyncApi } from '../api/sync-api.js'
import type { Failure } from '../connection/failure.js'
import type { ConnectionProblem } from '../connection/problem.js'
import type { Edges } from '../platform/platform.js'
import type { Frame } from './decode-frame.js'

export interface StreamRequest {
  url: string
  /** Null on the starting route, where the run is not known yet. */
  runId: string | null
  lastEventId: string | null
}

export interface StreamListener {
  /** The server has answered with an event stream. */
  open(): void
  /** Something arrived, were it only a comment. */
  activity(): void
  frame(frame: Frame): void
  /** There is no stream to be had on this way: from here on `run` tells. `open` takes it back. */
  degraded(problem: ConnectionProblem): void
  /** The run as it stands, asked for instead of streamed. */
  run(run: Run): void
}

/** How a stream came to its end. `finished` is 204: the server has nothing more to say. */
export type StreamEnd = { type: 'finished' } | { type: 'failed'; failure: Failure }

/**
 * One connection: opens, reports to the listener, and resolves when it is over. Never reconnects by
 * itself. Once `signal` is aborted it lets go of the connection, reports nothing more, and what it
 * resolves to (or rejects with) is not looked at.
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
  edges: Edges
}

export type TransportFactory = (context: TransportContext) => Transport
