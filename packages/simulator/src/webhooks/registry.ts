import { formatDateTime } from '../argentine-time.js'
import type { WebhookEvent } from '../catalogue/changes.js'

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

/** A row of `GET /general/notificaciones`. */
interface Registration {
  id: number
  evento: WebhookEvent
  creado: string
  updated: string
  url: string
}

/** One URL an event, as the vendor's "asigna un webhook a un evento" has it: the last one given wins. */
export interface Registry {
  list(): Registration[]
  urlOf(event: WebhookEvent): string | undefined
  set(events: readonly WebhookEvent[], url: string): void
  delete(events: readonly WebhookEvent[]): void
}

export function createRegistry(now: () => number): Registry {
  const registrations = new Map<WebhookEvent, Registration>()
  return {
    list: () => [...registrations.values()].sort((a, b) => a.id - b.id),
    urlOf: (event) => registrations.get(event)?.url,
    set(events, url) {
      const updated = formatDateTime(now())
      for (const evento of events) {
        const creado = registrations.get(evento)?.creado ?? updated
        registrations.set(evento, { id: WEBHOOK_EVENTS.indexOf(evento) + 1, evento, creado, updated, url })
      }
    },
    delete(events) {
      for (const event of events) registrations.delete(event)
    },
  }
}

/** The events that a body's `evento` names: a name, several, or "all"; null when one is unknown. */
export function parseEvents(evento: unknown): WebhookEvent[] | null {
  if (evento === 'all') return [...WEBHOOK_EVENTS]
  const names: unknown[] = Array.isArray(evento) ? evento : String(evento ?? '').split(',')
  const known = WEBHOOK_EVENTS.filter((event) => names.includes(event))
  return known.length === new Set(names).size && known.length > 0 ? known : null
}
