import type { AccountControl } from '../account.js'
import type { ProductEdit, WebhookEvent } from '../catalogue/changes.js'
import type { ReferenceName } from '../catalogue/reference-lists.js'
import { parseFault } from '../faults/parse-fault.js'
import type { Switches } from '../switches.js'
import { parseEvents } from '../webhooks/registry.js'
import { flag, ids, integer, number, object, oneOf, optional, target, text } from './parameters.js'

type Body = Readonly<Record<string, unknown>>

/** A control over HTTP: calls the library's method with the parameters of a JSON body. */
export interface ControlRoute {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/__simulator/{cuenta}/`. */
  path: string
  about: string
  /** Returns the body: JSON, one JSON line per item for an iterator, `{ok: true}` for undefined. */
  run(control: AccountControl, body: Body, query: URLSearchParams): unknown
}

const LISTS: readonly ReferenceName[] = [
  'categorias',
  'marcas',
  'listas',
  'temporadas',
  'sucursales',
  'cotizaciones',
]

export const CONTROL_ROUTES: readonly ControlRoute[] = [
  get('counts', 'requests so far: total, by route, by status, peaks', (c) => c.counts()),
  post('reset-counts', 'sets the counts to zero', (c) => c.resetCounts()),
  get('truth', 'every present product as the API would list it, one JSON line each', (c) => c.truth()),
  get(
    'product',
    '?id=1: one product as the API would list it, or null',
    (c, _body, query) => c.product(Number(query.get('id'))) ?? null,
  ),
  get('product-count', 'number of present products', (c) => ({ count: c.productCount() })),
  get('lists', 'the reference lists', (c) => c.lists()),
  get('switches', 'every switch and its value', (c) => c.switches()),
  {
    method: 'PUT',
    path: 'switches',
    about: '{name: value, …}: sets switches',
    run(c, body) {
      c.setSwitches(body as Partial<Switches>)
      return c.switches()
    },
  },
  get('faults', 'the injected faults and how often each has been applied', (c) => c.faults()),
  post('faults', '{kind, …}: injects a fault', (c, body) => void c.inject(parseFault(body))),
  {
    method: 'DELETE',
    path: 'faults',
    about: 'removes every fault',
    run: (c) => c.clearFaults(),
  },
  post('edit', '{ids: [1, 2] or count: 10, fields?: {…}}: edits products', (c, body) => ({
    ids: c.edit(target(body), optional(body, 'fields', productEdit)),
  })),
  post('raise-prices', '{list: 0, percent: 5}: raises every price of a list', (c, body) =>
    c.raisePrices(integer(body, 'list'), number(body, 'percent')),
  ),
  post('move-stock', '{ids or count, delta?, branch?}: moves stock', (c, body) => ({
    ids: c.moveStock(target(body), optional(body, 'delta', number), optional(body, 'branch', integer)),
  })),
  post('exchange-rate', '{currency: 2, rate: 1400}', (c, body) =>
    c.setExchangeRate(integer(body, 'currency'), number(body, 'rate')),
  ),
  post('add', '{count: 3}: creates products', (c, body) => ({ ids: c.add(integer(body, 'count')) })),
  post('remove', '{ids or count, how?: "inactive" or "gone"}', (c, body) => ({
    ids: c.remove(
      target(body),
      optional(body, 'how', (from, key) => oneOf(from, key, ['inactive', 'gone'] as const)),
    ),
  })),
  post('associate', '{ids or count, associated: false}: whether the integration sees them', (c, body) => ({
    ids: c.setAssociated(target(body), flag(body, 'associated')),
  })),
  post('edit-list', '{list: "marcas", id: 1, fields: {…}}', (c, body) =>
    c.editList(oneOf(body, 'list', LISTS), integer(body, 'id'), object(body, 'fields')),
  ),
  post('expire-tokens', 'ends every access token', (c) => c.expireTokens()),
  post('revoke-tokens', 'ends every token, refresh tokens too', (c) => c.revokeTokens()),
  post('password', '{password}', (c, body) => c.changePassword(text(body, 'password'))),
  post('suspend', '{suspended: true}: 403 to everything', (c, body) => c.suspend(flag(body, 'suspended'))),
  post('latency', '{ms: 150}', (c, body) => c.setLatency(number(body, 'ms'))),
  post('clock', '{hours: -2}: offsets the clock for `updated`', (c, body) =>
    c.setClockOffset(number(body, 'hours') * 3_600_000),
  ),
  post('rate-limit', '{perSecond: 2}, or null for none', (c, body) =>
    c.setRateLimit(body.perSecond === null ? null : number(body, 'perSecond')),
  ),
  post('deliver-webhooks', '{event: "productos", ids: [1, 2]}: notifies now', (c, body) =>
    c.deliverWebhooks(eventOf(body), ids(body, 'ids')),
  ),
  get('deliveries', 'the last notifications and their outcomes', (c) => c.deliveries()),
]

function get(path: string, about: string, run: ControlRoute['run']): ControlRoute {
  return { method: 'GET', path, about, run }
}

function post(path: string, about: string, run: ControlRoute['run']): ControlRoute {
  return { method: 'POST', path, about, run }
}

function eventOf(body: Body): WebhookEvent {
  const [event] = parseEvents(body.event, 'thirteen') ?? []
  if (!event) throw new RangeError('`event` no es un evento.')
  return event
}

/** The fields' values are not validated, so that a test can write invalid ones. */
function productEdit(body: Body, key: string): ProductEdit {
  const fields = object(body, key)
  if ('id' in fields || 'updated' in fields) throw new RangeError('`id` y `updated` no se editan.')
  return fields as ProductEdit
}
