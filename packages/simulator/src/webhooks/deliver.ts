import { setTimeout as pause } from 'node:timers/promises'
import { formatDateTime } from '../argentine-time.js'
import type { Changed, WebhookEvent } from '../catalogue/changes.js'
import { unit } from '../random.js'
import type { Switches } from '../switches.js'

/** One notification and its outcome. Without the URL, because it contains the receiver's secret. */
export interface Delivery {
  event: WebhookEvent
  ids: number
  attempts: number
  outcome: 'delivered' | 'failed' | 'lost'
  /** HTTP status of the last attempt; null without a response in time. */
  status: number | null
}

/** Sends notifications in batches, and keeps the last 1000 deliveries. */
export interface WebhookSender {
  /** Resolves when every batch of the change is delivered or has failed. */
  deliver(changed: Changed, url: string): Promise<Delivery[]>
  deliveries(): Delivery[]
  /** Resolves when no delivery is in progress. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface WebhookSenderOptions {
  seed: number
  switches(): Readonly<Switches>
  now(): number
}

/** `endpoint` of each event's notification, from the vendor's documentation. */
const ENDPOINTS: Readonly<Record<WebhookEvent, string>> = {
  clientes: 'clientes',
  pedidos: 'pedidos',
  productos: 'productos',
  categorias: 'productos/categorias',
  marcas: 'productos/marcas',
  listas_precio: 'productos/listas',
  sucursales: 'productos/sucursales',
  cotizaciones: 'general/cotizaciones',
  estados: 'pedidos/estados',
  categorias_cliente: 'clientes/categorias',
  ventas: 'ventas',
  compras: 'compras',
  proveedores: 'proveedores',
}
const BATCH = 200
const KEPT = 1000

export function createWebhookSender({ seed, switches, now }: WebhookSenderOptions): WebhookSender {
  const log: Delivery[] = []
  const running = new Set<Promise<unknown>>()
  const closing = new AbortController()
  let sent = 0

  async function attempt(url: string, body: string): Promise<number | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(switches().webhookTimeoutMs)]),
      })
      await response.body?.cancel()
      return response.status
    } catch {
      // Refused, reset or timed out: a failed delivery.
      return null
    }
  }

  async function send(event: WebhookEvent, ids: readonly number[], url: string): Promise<Delivery> {
    const lost = unit(seed, ++sent, 95) < switches().webhookLossRate
    const delivery: Delivery = {
      event,
      ids: ids.length,
      attempts: 0,
      outcome: lost ? 'lost' : 'failed',
      status: null,
    }
    const created = formatDateTime(now())
    const body = JSON.stringify({ event, created, id: ids.map(String), endpoint: ENDPOINTS[event] })
    while (!lost && delivery.attempts <= switches().webhookRetries && !closing.signal.aborted) {
      if (delivery.attempts > 0) await sleep(switches().webhookRetryDelayMs)
      delivery.attempts++
      delivery.status = await attempt(url, body)
      if (delivery.status === 200) {
        delivery.outcome = 'delivered'
        break
      }
    }
    log.push(delivery)
    if (log.length > KEPT) log.shift()
    return delivery
  }

  async function sleep(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined)
  }

  async function sendAll({ event, ids }: Changed, url: string): Promise<Delivery[]> {
    const deliveries: Delivery[] = []
    const record = (delivery: Delivery) => {
      deliveries.push(delivery)
      if (deliveries.length > KEPT) deliveries.shift()
    }
    const order = switches().webhookOrder
    for (const batch of order === 'reversed' ? [...batches(ids)].reverse() : batches(ids)) {
      if (closing.signal.aborted) break
      record(await send(event, batch, url))
      if (switches().webhookDuplicates) record(await send(event, batch, url))
    }
    return deliveries
  }

  return {
    deliver(changed, url) {
      const work = sendAll(changed, url)
      running.add(work)
      void work.finally(() => running.delete(work))
      return work
    },
    deliveries: () => [...log],
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    async close() {
      closing.abort()
      await Promise.all(running)
    },
  }
}

function* batches(ids: Iterable<number>): Generator<number[]> {
  let batch: number[] = []
  for (const id of ids) {
    batch.push(id)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
