import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request for products, as it passes the gate. */
interface PassingRequest {
  cuenta: string
  /** The how-manieth of the account since {@link Gate.forget}, from 1. */
  nth: number
  /** Null for a question by id. */
  order: string | null
  page: number
  limit: number
  /** When it came, by `performance.now()`. */
  at: number
  /** Whether its answer went out whole. */
  isAnswered: boolean
  /** The wait that the answer asked for, in seconds, and when it went out; null: it asked for none. */
  asksToWait: { seconds: number; since: number } | null
}

/**
 * Stands between workers and simulator and counts what passes. Whatever is bound to "the n-th request"
 * happens there, so that a schedule means the same at every speed of the machine.
 */
export interface Gate {
  /** `CIANBOX_BASE_URL`. */
  url: string
  /** Every product request of an account since {@link Gate.forget}, in order. */
  passed(cuenta: string): readonly PassingRequest[]
  /** Called before a product request goes on; what it returns is waited for. */
  onRequest(listener: (request: PassingRequest) => void | Promise<void>): void
  forget(cuenta: string): void
  close(): Promise<void>
}

export async function openGate(target: string): Promise<Gate> {
  const passed = new Map<string, PassingRequest[]>()
  let listener: (request: PassingRequest) => void | Promise<void> = () => undefined

  const server = createServer(async (incoming, outgoing) => {
    const noticed = notice(incoming)
    if (noticed) {
      outgoing.on('finish', () => {
        noticed.isAnswered = true
      })
      await listener(noticed)
    }
    forward(target, incoming, outgoing, ({ statusCode, headers }) => {
      const seconds = statusCode === 429 ? Number(headers['retry-after']) : 0
      if (noticed && seconds > 0) noticed.asksToWait = { seconds, since: performance.now() }
    })
  })

  function notice({ url = '', method }: IncomingMessage): PassingRequest | null {
    const { pathname, searchParams: query } = new URL(url, target)
    const [, cuenta = '', , , route, rest] = pathname.split('/')
    if (method !== 'GET' || route !== 'productos' || rest !== undefined) return null
    const before = passed.get(cuenta) ?? []
    const noticed = {
      cuenta,
      nth: before.length + 1,
      order: query.has('id') ? null : query.get('order'),
      page: Number(query.get('page') ?? 1),
      limit: Number(query.get('limit')),
      at: performance.now(),
      isAnswered: false,
      asksToWait: null,
    }
    before.push(noticed)
    passed.set(cuenta, before)
    return noticed
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: (cuenta) => passed.get(cuenta) ?? [],
    onRequest(next) {
      listener = next
    },
    forget: (cuenta) => passed.delete(cuenta),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** As it came, broken connections included. */
function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  onAnswer: (answer: IncomingMessage) => void,
): void {
  const onward = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers: incoming.headers },
    (answer) => {
      onAnswer(answer)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('data', (chunk) => outgoing.write(chunk))
      answer.on('end', () => outgoing.end())
      answer.on('error', () => outgoing.destroy())
    },
  )
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
