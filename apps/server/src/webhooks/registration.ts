import { type CianboxClient, CianboxError, type Notification, type NotificationEvent } from '@espejo/cianbox'
import type { Connection } from '@espejo/contract'
import { BudgetSpentError } from '../connections/budget-spent.js'
import type { ClientFactory } from '../connections/client-factory.js'
import type { ConnectionStore } from '../connections/connection-store.js'
import { UnsealError } from '../connections/secrets.js'
import type { Webhook, WebhookStore } from './webhook-store.js'

/** What the mirror is told of: its products, and the lists that they refer to. */
const WEBHOOK_EVENTS: readonly NotificationEvent[] = [
  'productos',
  'categorias',
  'marcas',
  'listas_precio',
  'sucursales',
  'cotizaciones',
]

/** Why notifications cannot be turned on as things are. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError'
  readonly reason: 'no_public_url' | 'no_connection' | 'taken'
  constructor(reason: RegistrationError['reason']) {
    super(`Cannot register: ${reason}.`)
    this.reason = reason
  }
}

/** Registering a tenant's webhook at its ERP, and taking it back. */
export interface Registrations {
  /** Null: none is registered, or for another account than the present one. */
  find(tenantId: string): Promise<Webhook | null>
  /**
   * Registers the tenant's address, again if need be. The ERP has one address an event: one that is not
   * ours is only replaced with `replace`.
   * @throws {@link RegistrationError}, CianboxError, BudgetSpentError
   */
  register(tenantId: string, options: { replace: boolean }): Promise<Webhook>
  /**
   * Removes the address from the ERP, where it is ours, and closes it. An ERP that lets us in no more
   * does not keep it open.
   * @throws CianboxError, BudgetSpentError when removing it may succeed later
   */
  remove(tenantId: string): Promise<void>
  /**
   * Closes the address of a connection that is about to be deleted, whatever the ERP does, once the ERP
   * was asked to forget it: afterwards there are no credentials to ask with.
   * @returns what kept the ERP from being told; null when it has nothing of ours.
   */
  removeBestEffort(tenantId: string): Promise<CianboxError | BudgetSpentError | UnsealError | null>
}

export function createRegistrations(deps: {
  webhooks: WebhookStore
  connections: Pick<ConnectionStore, 'get'>
  clients: ClientFactory
  /** Where the world reaches this server; null where it does not. */
  publicUrl: () => string | null
  /** How long {@link Registrations.removeBestEffort} asks. @defaultValue 20000 */
  removeTimeoutMs?: number
}): Registrations {
  const { webhooks, connections, clients, publicUrl, removeTimeoutMs = 20_000 } = deps

  async function withClient<T>(
    tenantId: string,
    work: (client: CianboxClient, connection: Connection) => Promise<T>,
  ): Promise<T> {
    // A person waits for this: two tries and a short pause of the ERP's, not minutes of them.
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
   * Takes the address out of the ERP where it is ours. The ERP removes by event: where an event has other
   * systems' addresses beside ours, they are registered again.
   */
  async function unregister(tenantId: string, webhook: Webhook, signal?: AbortSignal): Promise<void> {
    const options = signal ? { signal } : {}
    await withClient(tenantId, async (client, { cuenta }) => {
      if (cuenta !== webhook.cuenta) return
      const { items } = await client.notifications.list(options)
      const isOurs = (item: Notification) => item.url.endsWith(webhook.secret)
      const ours = ofOurEvents(items).filter(isOurs)
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
        if (!replace && ofOurEvents(items).some((item) => !item.url.endsWith(secret))) {
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
        if (!isClosedToUs(error)) throw error
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
      // Only what the ERP or its credentials are to blame for may be passed over.
      if (failure !== null && !isOfTheErp(failure)) throw failure
      await webhooks.delete(tenantId)
      return failure instanceof RegistrationError ? null : failure
    },
  }
}

function isOfTheErp(
  error: unknown,
): error is RegistrationError | CianboxError | BudgetSpentError | UnsealError {
  return [RegistrationError, CianboxError, BudgetSpentError, UnsealError].some(
    (kind) => error instanceof kind,
  )
}

function ofOurEvents(items: readonly Notification[]): Notification[] {
  return items.filter(({ event }) => WEBHOOK_EVENTS.some((ours) => ours === event))
}

function isClosedToUs(error: unknown): boolean {
  if (error instanceof RegistrationError) return error.reason === 'no_connection'
  return error instanceof CianboxError && /^(auth|account|forbidden)$/.test(error.kind)
}
