import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Account } from '../account.js'
import type { ActiveFaults } from '../faults/plan.js'
import { answer, faultRequest } from './api.js'
import { errorReply } from './envelope.js'
import { describe, type Incoming, readBody } from './incoming.js'
import type { Reply } from './reply.js'

const compress = promisify(gzip)

/**
 * Serves one request of an account: counts it, waits for the account's latency, and sends the response,
 * damaged if a transmission fault applies.
 *
 * @param path below `/{cuenta}/api/v2`
 */
export async function serve(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: string,
): Promise<void> {
  const { counters, faults, switches } = account
  const incoming = describe(request, url, path)
  const within = counters.begin(`${incoming.method} ${incoming.route}`, account.rateLimit, account.now())
  const gone = new AbortController()
  let counted = false
  const count = (status: number | 'none') => {
    if (!counted) counters.end(status)
    counted = true
  }
  response.once('close', () => {
    count(response.headersSent ? response.statusCode : 'none')
    gone.abort()
  })

  // On arrival, so that `nth` counts requests in the order of arrival, whatever the latency.
  const activeFaults = faults.activeFor(faultRequest(incoming))
  if (account.latencyMs > 0) {
    await pause(account.latencyMs, undefined, { signal: gone.signal }).catch(() => undefined)
  }
  if (gone.signal.aborted) return
  const reply = await readAndAnswer(account, request, incoming, activeFaults, within)

  response.once('close', () => reply.release?.())

  /** Counts before it sends, so that a client that has the response finds it in the counts. */
  const send = (sent: Reply): void => {
    count(sent.status)
    void transmit(response, sent, switches.gzip && incoming.acceptsGzip)
  }
  if (activeFaults.transmit) await activeFaults.transmit({ response, reply, gone: gone.signal, send })
  else send(reply)
}

async function readAndAnswer(
  account: Account,
  request: IncomingMessage,
  incoming: Incoming,
  activeFaults: ActiveFaults,
  within: boolean,
): Promise<Reply> {
  try {
    incoming.body = await readBody(request, account.switches.jsonArrayBody)
  } catch (error) {
    const text = error instanceof Error ? error.message : 'Cuerpo ilegible'
    return errorReply(account.cuenta, incoming, account.switches, 400, text)
  }
  return answer(account, incoming, activeFaults, within)
}

async function transmit(response: ServerResponse, reply: Reply, compressed: boolean): Promise<void> {
  const body = compressed ? await compress(reply.body) : reply.body
  const encoding = compressed ? { 'content-encoding': 'gzip' } : {}
  response.writeHead(reply.status, { ...reply.headers, ...encoding, 'content-length': body.length })
  response.end(body)
}
