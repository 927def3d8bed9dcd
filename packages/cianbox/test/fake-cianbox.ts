import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SeenRequest {
  method: string
  route: string
  query: URLSearchParams
  json: unknown
  headers: IncomingMessage['headers']
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void

export interface FakeCianbox {
  url: string
  /** Every request so far, in order. */
  seen: SeenRequest[]
  /** Requests of one route so far. */
  count(route: string): number
  /** Replaces the behaviour of a route. With several handlers each serves one request, the last all further ones. */
  on(route: string, ...handlers: Handler[]): void
  close(): Promise<void>
}

export const ACCOUNT = 'micuenta'
export const CREDENTIALS = {
  appName: 'Espejo',
  appCode: 'app-code-1',
  user: 'ana',
  password: 'clave-secreta-9',
}

/** A local HTTP server that responds like Cianbox, unless a test replaces a route. */
export async function startFakeCianbox(): Promise<FakeCianbox> {
  const seen: SeenRequest[] = []
  const handlers = new Map<string, Handler[]>()
  let issued = 0

  const server = createServer(async (message, response) => {
    const url = new URL(message.url ?? '/', 'http://localhost')
    const route = url.pathname.replace(`/${ACCOUNT}/api/v2`, '')
    let text = ''
    for await (const chunk of message) text += String(chunk)
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    const request = {
      method: message.method ?? '',
      route,
      query: url.searchParams,
      json,
      headers: message.headers,
    }
    seen.push(request)
    const queue = handlers.get(route)
    const handler = queue && queue.length > 1 ? queue.shift() : queue?.[0]
    if (handler) handler(request, response)
    else sendJson(response, 404, { status: 'error', message: 'no existe' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const fake: FakeCianbox = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    count: (route) => seen.filter((request) => request.route === route).length,
    on: (route, ...next) => handlers.set(route, next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  fake.on('/auth/credentials', (_, response) =>
    ok(response, {
      access_token: `CBX_AT-login${++issued}`,
      refresh_token: `CBX_RT-${issued}`,
      expires_in: 86_400,
    }),
  )
  fake.on('/auth/refresh', (_, response) =>
    ok(response, { access_token: `CBX_AT-refresh${++issued}`, expires_in: 86_400 }),
  )
  fake.on('/productos', (_, response) => page(response, [productRow(1)]))
  return fake
}

export function sendJson(response: ServerResponse, status: number, json: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(json))
}

export function ok(response: ServerResponse, body: unknown, more = {}): void {
  sendJson(response, 200, { status: 'ok', body, ...more })
}

export function page(response: ServerResponse, rows: unknown[], more = {}): void {
  ok(response, rows, { page: 1, total_pages: 1, ...more })
}

export function productRow(id: number): Record<string, unknown> {
  return { id, producto: `Producto ${id}`, vigente: true }
}

/** Responds with a status and headers, like overloaded servers. */
export function refuse(status: number, headers: Record<string, string> = {}): Handler {
  return (_, response) => sendJson(response, status, { status: 'error' }, headers)
}
