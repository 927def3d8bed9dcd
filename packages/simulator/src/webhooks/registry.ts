import { formatDateTime } from '../argentine-time.js'
import type { WebhookEvent } from '../catalogue/changes.js'
import type { Switches } from '../switches.js'

const WEBHOOK_EVENTS: readonly WebhookEvent[] = [
  'clientes',
  'pedidos',
  'productos',
  'categorias',
  'marcas',
  'listas_precio',
  'sucursales',
  'cotizaciones',
  'estados',
]
/** Only in the newest pages of the documentation. */
const NEWER_EVENTS: readonly WebhookEvent[] = ['categorias_cliente', 'ventas', 'compras', 'proveedores']
const ALL_EVENTS = [...WEBHOOK_EVENTS, ...NEWER_EVENTS]

/** A row of `GET /general/notificaciones`. */
interface Registration {
  id: number
  evento: WebhookEvent
  creado: string
  updated: string
  url: string
}

/**
 * The registered URLs: one per event, as in the vendor's "asigna un webhook a un evento" (a new one replaces
 * it), or several, by the switch `webhookUrls`. A deletion names only the event, so it removes all its URLs.
 */
export interface Registry {
  list(): Registration[]
  urlsOf(event: WebhookEvent): string[]
  /** Returns the id of the last registration. */
  set(events: readonly WebhookEvent[], url: string): number
  delete(events: readonly WebhookEvent[]): void
}

export function createRegistry(switches: () => Readonly<Switches>, now: () => number): Registry {
  const registrations: Registration[] = []
  let added = ALL_EVENTS.length

  function register(evento: WebhookEvent, url: string): number {
    const updated = formatDateTime(now())
    const known = registrations.find(
      (one) => one.evento === evento && (switches().webhookUrls === 'one' || one.url === url),
    )
    if (known) {
      Object.assign(known, { updated, url })
      return known.id
    }
    const isFirst = registrations.every((one) => one.evento !== evento)
    const id = isFirst ? ALL_EVENTS.indexOf(evento) + 1 : ++added
    registrations.push({ id, evento, creado: updated, updated, url })
    return id
  }

  return {
    list: () => registrations.toSorted((a, b) => a.id - b.id).map((one) => ({ ...one })),
    urlsOf: (event) => registrations.filter(({ evento }) => evento === event).map(({ url }) => url),
    set: (events, url) => events.reduce((_, event) => register(event, url), 0),
    delete(events) {
      const kept = registrations.filter(({ evento }) => !events.includes(evento))
      registrations.splice(0, registrations.length, ...kept)
    },
  }
}

/** The events of a body's `evento`: one name, several, or "all"; null if one is unknown. */
export function parseEvents(evento: unknown, which: Switches['webhookEvents']): WebhookEvent[] | null {
  const all = which === 'nine' ? WEBHOOK_EVENTS : ALL_EVENTS
  if (evento === 'all') return [...all]
  const names: unknown[] = Array.isArray(evento) ? evento : String(evento ?? '').split(',')
  const known = all.filter((event) => names.includes(event))
  return known.length === new Set(names).size && known.length > 0 ? known : null
}
