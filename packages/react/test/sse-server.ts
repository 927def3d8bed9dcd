import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StreamEvent } from '@espejo/contract'

interface SeenRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
}

export type Handler = (response: ServerResponse, request: SeenRequest) => void

export interface SseServer {
  origin: string
  /** URL of the v0 contract's route on this server. */
  streamUrl: string
  /** All requests so far, in order. */
  requests: SeenRequest[]
  /** Requests of one route, `GET /api/…`. */
  seen(route: string): SeenRequest[]
  /** Sets a route's handlers: the first request gets the first one, and so on; the last one repeats. */
  on(route: string, ...handlers: Handler[]): void
  close(): Promise<void>
}

export const START = 'GET /api/cianbox/sync/products/stream'
export const RUNS = 'GET /api/cianbox/sync/runs'
export const TICKETS = 'POST /api/stream-tickets'
export const eventsOf = (runId: string) => `GET /api/cianbox/sync/runs/${runId}/events`
export const runOf = (runId: string) => `GET /api/cianbox/sync/runs/${runId}`
export const cancelOf = (runId: string) => `POST /api/cianbox/sync/runs/${runId}/cancel`

/** A real HTTP server whose responses the test sets. Other routes respond with 404. */
export async function startSseServer(): Promise<SseServer> {
  const scripts = new Map<string, Handler[]>()
  const requests: SeenRequest[] = []
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    const seen = {
      method: req.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: req.headers,
    }
    requests.push(seen)
    const script = scripts.get(`${seen.method} ${seen.path}`)
    const handler = script && script.length > 1 ? script.shift() : script?.[0]
    req.resume()
    if (handler) handler(res, seen)
    else problem(404, { code: 'not_found' })(res, seen)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    streamUrl: `${origin}/api/cianbox/sync/products/stream`,
    requests,
    seen: (route) => requests.filter(({ method, path }) => `${method} ${path}` === route),
    on: (route, ...handlers) => void scripts.set(route, handlers),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Responds with these events and leaves the stream open. */
export function stream(...events: StreamEvent[]): Handler {
  return (response) => {
    openStream(response)
    for (const event of events) response.write(encode(event))
  }
}

/** Responds with these events and then cuts the connection, like a server that crashes. */
export function streamThenDrop(...events: StreamEvent[]): Handler {
  return (response) => {
    openStream(response)
    const text = events.map((event) => encode(event)).join('')
    response.write(text === '' ? ': hola\n\n' : text, () => setImmediate(() => response.destroy()))
  }
}

/** Passes the open stream to the test. */
export function streamTo(take: (response: ServerResponse) => void): Handler {
  return (response) => {
    openStream(response)
    take(response)
  }
}

export function json(body: unknown, status = 200): Handler {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

export function problem(status: number, body: object = {}, headers: Record<string, string> = {}): Handler {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    response.end(JSON.stringify({ status, ...body }))
  }
}

export function noContent(): Handler {
  return (response) => void response.writeHead(204).end()
}

/** Cuts the connection before any response. */
export function drop(): Handler {
  return (response) => void response.destroy()
}

export function encode(event: StreamEvent, newline = '\n'): string {
  const id = event.id === undefined ? [] : [`id: ${event.id}`]
  const lines = [`event: ${event.event}`, ...id, `data: ${JSON.stringify(event.data)}`, '', '']
  return lines.join(newline)
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' })
  response.flushHeaders()
}
