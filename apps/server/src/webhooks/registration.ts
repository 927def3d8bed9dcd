import { type CianboxClient, CianboxError, type Notification, type NotificationEvent } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import { BudgetSpentError } from '../connections/budget-spent.js'
import type { ClientFactory } from '../connections/client-factory.js'
import type { ConnectionStore } from '../connections/connection-store.js'
import { UnsealError } from '../connections/secrets.js'
import type { Webhook, WebhookStore } from './webhook-store.js'

/** The events to subscribe to: the mirror's products, and the lists that they refer to. */
const WEBHOOK_EVENTS: readonly NotificationEvent[] = [
  'productos',
  'categorias',
  'marcas',
  'listas_precio',
  'sucursales',
  'cotizaciones',
]

/** Notifications cannot be turned on. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError'
  readonly reason: 'no_public_url' | 'no_connection' | 'taken'
  constructor(reason: RegistrationError['reason']) {
    super(`Cannot register: ${reason}.`)
    this.reason = reason
  }
}

/** Registers a tenant's webhook URL at its ERP, and removes it. */
export interface Registrations {
  /** The registered webhook; null: none, or of another account than the present one. */
  find(tenantId: string): Promise<Webhook | null>
  /**
   * Registers the tenant's URL; idempotent. The ERP has one URL per event. A URL that is not ours is replaced only
   * with `replace`; otherwise the reason of the error is `taken`.
   * @throws {@link RegistrationError}, CianboxError, BudgetSpentError
   */
  register(tenantId: string, options: { replace: boolean }): Promise<Webhook>
  /**
   * Removes our URL from the ERP and deletes the webhook. Also deletes it when the ERP refuses our credentials.
   * @throws CianboxError, BudgetSpentError when a later attempt may succeed
   */
  remove(tenantId: string): Promise<void>
  /**
   * Deletes the webhook of a connection that is about to be deleted. Tries to remove our URL from the ERP first,
   * because afterwards there are no credentials for it, but does not fail when that fails.
   * @returns why our URL may still be registered at the ERP; null: it is not.
   */
  removeBestEffort(tenantId: string): Promise<CianboxError | BudgetSpentError | UnsealError | null>
}

export function createRegistrations(deps: {
  webhooks: WebhookStore
  connections: Pick<ConnectionStore, 'get'>
  clients: ClientFactory
  /** Public base URL of this server; null: none. */
  publicUrl: () => string | null
  /** Timeout of {@link Registrations.removeBestEffort} for the ERP. @defaultValue 20000 */
  removeTimeoutMs?: number
}): Registrations {
  const { webhooks, connections, clients, publicUrl, removeTimeoutMs = 20_000 } = deps

  async function withClient<T>(
    tenantId: string,
    work: (client: CianboxClient, connection: Connection) => Promise<T>,
  ): Promise<T> {
    // A person waits for this: two attempts, and only short pauses of the ERP.
    const opened = await clients.forTenant(tenantId, { retry: { attempts: 2 }, maxPauseMs: 5000 })
    if (!opened) throw new RegistrationError('no_connection')
    try {
      return await work(opened.client, opened.connection)
    } finally {
      await opened.client.close()
    }
  }

  async function find(tenantId: string): Promise<Webhook | null> {
    const [webhook, connection] = [await webhooks.get(tenantId), await connections.get(tenantId)]
    return webhook?.registeredUrl && webhook.cuenta === connection?.cuenta ? webhook : null
  }

  /**
   * Removes our URL from the ERP. The ERP removes all URLs of an event, so those of other systems are registered
   * again.
   */
  async function unregister(tenantId: string, webhook: Webhook, signal?: AbortSignal): Promise<void> {
    const options = signal ? { signal } : {}
    await withClient(tenantId, async (client, { cuenta }) => {
      if (cuenta !== webhook.cuenta) return
      const { items } = await client.notifications.list(options)
      const isOurs = (item: Notification) => item.url.endsWith(webhook.secret)
      const ours = withOurEvents(items).filter(isOurs)
      const events = WEBHOOK_EVENTS.filter((event) => ours.some((item) => item.event === event))
      if (events.length === 0) return
      await client.notifications.remove({ events }, options)
      const others = items.filter((item) => !isOurs(item))
      for (const url of new Set(others.map((other) => other.url))) {
        const lost = events.filter((event) => others.some((one) => one.event === event && one.url === url))
        if (lost.length > 0) await client.notifications.register({ events: lost, url }, options)
      }
    })
  }

  return {
    find,
    async register(tenantId, { replace }) {
      const base = publicUrl()
      if (base === null) throw new RegistrationError('no_public_url')
      await withClient(tenantId, async (client, { cuenta }) => {
        const secret = await webhooks.prepare(tenantId, cuenta)
        const url = `${base.replace(/\/+$/, '')}/api/webhooks/cianbox/${secret}`
        const { items } = await client.notifications.list()
        if (!replace && withOurEvents(items).some((item) => !item.url.endsWith(secret))) {
          throw new RegistrationError('taken')
        }
        await client.notifications.register({ events: WEBHOOK_EVENTS, url })
        await webhooks.registered(tenantId, url, WEBHOOK_EVENTS)
      })
      const registered = await webhooks.get(tenantId)
      if (!registered) throw new Error('The webhook was removed while it was being registered.')
      return registered
    },
    async remove(tenantId) {
      const webhook = await webhooks.get(tenantId)
      if (!webhook) return
      try {
        await unregister(tenantId, webhook)
      } catch (error) {
        if (!isAccessRefused(error)) throw error
      }
      await webhooks.delete(tenantId)
    },
    async removeBestEffort(tenantId) {
      const deadline = AbortSignal.timeout(removeTimeoutMs)
      let failure: unknown = null
      try {
        const webhook = await webhooks.get(tenantId)
        if (webhook) await unregister(tenantId, webhook, deadline)
      } catch (error) {
        failure = deadline.aborted ? new CianboxError('timeout', 'Unregistering took too long') : error
      }
      // Only errors of the ERP or its credentials are tolerated.
      if (failure !== null && !isErpError(failure)) throw failure
      await webhooks.delete(tenantId)
      return failure instanceof RegistrationError ? null : failure
    },
  }
}

function isErpError(
  error: unknown,
): error is RegistrationError | CianboxError | BudgetSpentError | UnsealError {
  return [RegistrationError, CianboxError, BudgetSpentError, UnsealError].some(
    (kind) => error instanceof kind,
  )
}

function withOurEvents(items: readonly Notification[]): Notification[] {
  return items.filter(({ event }) => WEBHOOK_EVENTS.some((ours) => ours === event))
}

function isAccessRefused(error: unknown): boolean {
  if (error instanceof RegistrationError) return error.reason === 'no_connection'
  return error instanceof CianboxError && /^(auth|account|forbidden)$/.test(error.kind)
}
