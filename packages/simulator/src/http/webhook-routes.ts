import type { Account } from '../account.js'
import { parseEvents } from '../webhooks/registry.js'
import { ApiError } from './api-error.js'
import { okReply } from './envelope.js'
import type { Incoming } from './incoming.js'
import { commaList } from './paging.js'
import { jsonReply, type Reply } from './reply.js'

const BASE = '/general/notificaciones'

export function isWebhookRoute(route: string): boolean {
  return route === BASE || route === `${BASE}/alta` || route === `${BASE}/eliminar`
}

/** Lists, registers and deletes webhooks, by method and route. */
export function answerWebhooks(account: Account, incoming: Incoming): Reply {
  const { method, route } = incoming
  if (method === 'GET' && route === BASE) return list(account, incoming)
  if (method === 'POST' && route === `${BASE}/alta`) return register(account, incoming)
  if (method === 'DELETE' && route !== `${BASE}/alta`) return remove(account, incoming)
  throw new ApiError(405, 'Método no permitido')
}

/** "Se puede filtrar por id o por evento, pero no por los dos a la vez." */
function list({ cuenta, registry, switches }: Account, incoming: Incoming): Reply {
  const ids = commaList(incoming.query, 'id', switches)
  const events = commaList(incoming.query, 'evento', switches)
  if (ids && events) throw new ApiError(400, 'Se puede filtrar por id o por evento, no por los dos')
  const rows = registry
    .list()
    .filter(({ id, evento }) => (!ids || ids.includes(String(id))) && (!events || events.includes(evento)))
  return okReply(cuenta, incoming, rows)
}

function register(account: Account, incoming: Incoming): Reply {
  const { evento, url } = incoming.body
  const events = parseEvents(evento, account.switches.webhookEvents)
  if (!events) return refused(account, incoming, 'El evento no existe')
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    return refused(account, incoming, 'La url no es válida')
  }
  const id = account.registry.set(events, url)
  return done(account, incoming, 'La url se informó con éxito', id)
}

function remove(account: Account, incoming: Incoming): Reply {
  const events = parseEvents(incoming.body.evento, account.switches.webhookEvents)
  if (!events) return refused(account, incoming, 'El evento no existe')
  account.registry.delete(events)
  return done(account, incoming, 'La url se eliminó con éxito')
}

function done({ cuenta, switches }: Account, incoming: Incoming, descripcion: string, id = 0): Reply {
  if (!switches.writeEnvelope) return jsonReply(200, { status: 'ok', description: descripcion, id })
  return okReply(cuenta, incoming, { status: 'ok', descripcion })
}

/** A write that is refused: an error inside an outer "ok", or a bare one. */
function refused({ cuenta, switches }: Account, incoming: Incoming, text: string): Reply {
  if (!switches.writeEnvelope) return jsonReply(200, { status: 'error', description: text, id: 0 })
  return okReply(cuenta, incoming, { status: 'error', [switches.writeErrorField]: text })
}
