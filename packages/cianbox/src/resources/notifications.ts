import type { Requester } from '../http/requester.js'
import { readEnvelope } from '../parse/envelope.js'
import { describe, FieldError } from '../parse/field-error.js'
import { readText, requireId } from '../parse/fields.js'
import { mapRows } from '../parse/rows.js'
import type { SourceReject } from '../parse/source-product.js'
import type { Row } from '../parse/text.js'
import { argentineTimeToIso } from '../parse/time.js'

/** Events of Cianbox notifications. A delivery contains only ids, at most 200, and may be lost. */
export type NotificationEvent =
  | 'clientes'
  | 'pedidos'
  | 'productos'
  | 'categorias'
  | 'marcas'
  | 'listas_precio'
  | 'sucursales'
  | 'cotizaciones'
  | 'estados'
  | 'categorias_cliente'
  | 'ventas'
  | 'compras'
  | 'proveedores'

/** A registered webhook. */
export interface Notification {
  id: string
  event: string
  /** The URL to which Cianbox posts. It usually contains a secret. */
  url: string
  /** ISO 8601 UTC. */
  createdAt: string | null
  updatedAt: string | null
}

export interface CallOptions {
  signal?: AbortSignal
}

/** Webhooks of the account. Deliveries are not signed, so the URL must contain a secret. */
export interface Notifications {
  /** All, or those of one event. */
  list(
    options?: CallOptions & { event?: NotificationEvent },
  ): Promise<{ items: Notification[]; rejects: SourceReject[] }>
  register(
    webhook: { events: readonly NotificationEvent[] | 'all'; url: string },
    options?: CallOptions,
  ): Promise<void>
  remove(webhook: { events: readonly NotificationEvent[] | 'all' }, options?: CallOptions): Promise<void>
}

const ROUTE = '/general/notificaciones'

/** @param onSecret called with every registered URL, so that no error shows it */
export function createNotifications(request: Requester, onSecret: (secret: string) => void): Notifications {
  return {
    list: async ({ event, signal } = {}) => {
      const { json } = await request({ method: 'GET', route: ROUTE, query: { evento: event }, signal })
      return mapRows(readEnvelope(json, 'v2', 0).rows, 1, mapNotification)
    },
    register: async ({ events, url }, { signal } = {}) => {
      onSecret(url)
      await request({ method: 'POST', route: `${ROUTE}/alta`, json: { evento: events, url }, signal })
    },
    remove: async ({ events }, { signal } = {}) => {
      await request({ method: 'DELETE', route: ROUTE, json: { evento: events }, signal })
    },
  }
}

function mapNotification(row: Row, notes: string[]): Notification {
  return {
    id: requireId(row),
    event: requireText(row, 'evento', notes),
    url: requireText(row, 'url', notes),
    createdAt: readTime(row.creado),
    updatedAt: readTime(row.updated),
  }
}

function requireText(row: Row, field: string, notes: string[]): string {
  const text = readText(row, field, notes)
  if (text === null) throw new FieldError(field, `${field}: falta o vino ${describe(row[field])}.`)
  return text
}

function readTime(value: unknown): string | null {
  return typeof value === 'string' ? (argentineTimeToIso(value) ?? null) : null
}
