import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request for products that passed through the proxy. */
interface RecordedRequest {
  cuenta: string
  /** Position among the account's requests since {@link ErpProxy.forget}, from 1. */
  nth: number
  /** Null for a request by id. */
  order: string | null
  page: number
  limit: number
  /** When it arrived, by `performance.now()`. */
  at: number
  /** Whether the response was sent completely. */
  isAnswered: boolean
  /** The wait in seconds of the response's `Retry-After`, and when it was sent; null: it had none. */
  retryAfter: { seconds: number; since: number } | null
}

/**
 * HTTP proxy between workers and simulator that counts requests. Actions are triggered by the n-th request of an
 * account, so that a plan means the same on a fast and on a slow machine.
 */
export interface ErpProxy {
  /** `CIANBOX_BASE_URL`. */
  url: string
  /** Every request for products of an account since {@link ErpProxy.forget}, in order. */
  requests(cuenta: string): readonly RecordedRequest[]
  /** Sets the listener. It is called before a request for products is forwarded, and awaited. */
  onRequest(listener: (request: RecordedRequest) => void | Promise<void>): void
  forget(cuenta: string): void
  close(): Promise<void>
}

export async function startErpProxy(target: string): Promise<ErpProxy> {
  const recorded = new Map<string, RecordedRequest[]>()
  let listener: (request: RecordedRequest) => void | Promise<void> = () => undefined

  const server = createServer(async (incoming, outgoing) => {
    const entry = record(incoming)
    if (entry) {
      outgoing.on('finish', () => {
        entry.isAnswered = true
      })
      await listener(entry)
    }
    forward(target, incoming, outgoing, ({ statusCode, headers }) => {
      const seconds = statusCode === 429 ? Number(headers['retry-after']) : 0
      if (entry && seconds > 0) entry.retryAfter = { seconds, since: performance.now() }
    })
  })

  function record({ url = '', method }: IncomingMessage): RecordedRequest | null {
    const { pathname, searchParams: query } = new URL(url, target)
    const [, cuenta = '', , , route, rest] = pathname.split('/')
    if (method !== 'GET' || route !== 'productos' || rest !== undefined) return null
    const before = recorded.get(cuenta) ?? []
    const entry = {
      cuenta,
      nth: before.length + 1,
      order: query.has('id') ? null : query.get('order'),
      page: Number(query.get('page') ?? 1),
      limit: Number(query.get('limit')),
      at: performance.now(),
      isAnswered: false,
      retryAfter: null,
    }
    before.push(entry)
    recorded.set(cuenta, before)
    return entry
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (cuenta) => recorded.get(cuenta) ?? [],
    onRequest(next) {
      listener = next
    },
    forget: (cuenta) => recorded.delete(cuenta),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Forwards a request and its response unchanged; a broken connection is broken on the other side too. */
function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  onResponse: (response: IncomingMessage) => void,
): void {
  const onward = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers: incoming.headers },
    (response) => {
      onResponse(response)
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.on('data', (chunk) => outgoing.write(chunk))
      response.on('end', () => outgoing.end())
      response.on('error', () => outgoing.destroy())
    },
  )
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
