import type { Switches } from '../switches.js'
import type { Incoming } from './incoming.js'
import { htmlReply, jsonReply, type Reply } from './reply.js'

/** The vendor's module of each route, as its envelopes name it. */
const MODULES: readonly (readonly [prefix: string, module: string])[] = [
  ['/auth', 'auth'],
  ['/productos', 'pv_productos'],
  ['/general', 'gr_config'],
]

/** The first fields of every response. */
export function envelope(cuenta: string, incoming: Incoming, status: 'ok' | 'error' = 'ok') {
  return {
    status,
    scheme: 'http',
    host: incoming.host,
    account: cuenta,
    module: MODULES.find(([prefix]) => incoming.route.startsWith(prefix))?.[1] ?? 'api',
    method: incoming.method,
  }
}

export function okReply(cuenta: string, incoming: Incoming, body: unknown): Reply {
  return jsonReply(200, { ...envelope(cuenta, incoming), body })
}

/** An error response. The account's switches decide its field, its HTTP status, and the body of a 401. */
export function errorReply(
  cuenta: string,
  incoming: Incoming,
  switches: Readonly<Switches>,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Reply {
  const masked = switches.errorHttp === '200' || (switches.errorHttp === '200-except-401' && status !== 401)
  const shown = masked ? 200 : status
  if (status === 401 && switches.unauthorizedBody === 'html') return htmlReply(shown, '401 Unauthorized')
  if (status === 401 && switches.unauthorizedBody === 'empty')
    return { status: shown, headers, body: Buffer.alloc(0) }
  const body = { ...envelope(cuenta, incoming, 'error'), [switches.errorField]: text }
  return jsonReply(shown, body, headers)
}
