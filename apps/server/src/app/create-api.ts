import type { Authenticate } from '../accounts/authenticate.js'
import type { Session } from '../accounts/session.js'
import { createConnectionStore } from '../connections/connection-store.js'
import { createConnectionTester } from '../connections/connection-tester.js'
import { deriveKey } from '../connections/secrets.js'
import type { ApiDeps } from '../http/api.js'
import { createStreamRouter } from '../http/stream/stream-routes.js'
import { createTickets, type Tickets } from '../http/stream/tickets.js'
import { createChangesReader } from '../stream/changes-reader.js'
import { createStreamHub, type StreamHub } from '../stream/hub.js'
import { createTailReader } from '../stream/tail-reader.js'
import { createRegistrations } from '../webhooks/registration.js'
import { createWebhookStore } from '../webhooks/webhook-store.js'
import type { Overrides, Services } from './services.js'

/** A stopping process closes its streams one by one over this time. */
export const DRAIN_MS = 2000

/** Authentication and public URL: our own, or those of the host application. */
export interface ApiHost {
  authenticate: Authenticate
  /** Verifies `?token=` of the v0 contract, on stream routes only. */
  verifyToken(token: string): Promise<Session | null>
  /** Whether a session with open streams is still valid. Called before its `expiresAt`. */
  isSessionLive(session: Session): Promise<boolean>
  /** Interval at which the sessions of open streams are checked. @defaultValue 60 s */
  recheckMs?: number
  /** Base URL at which the ERP reaches the API, without the API's own path; null: unknown. */
  publicUrl(): string | null
}

/** Creates the dependencies of the API, and the hub and the tickets of its streams. */
export function createApiDeps(
  services: Services,
  host: ApiHost,
  overrides: Overrides = {},
): { api: Omit<ApiDeps, 'onUnexpectedError'>; hub: StreamHub; tickets: Tickets } {
  const { log, pool, secretKey, sealer, baseUrl, wakeups, limitsFor, clients, runControl } = services
  const { now = () => new Date(), clock } = overrides
  const hub = createStreamHub({
    read: createTailReader({ pool }),
    readChanges: createChangesReader(pool),
    now,
    onError: (error) => log.warn({ err: error }, 'the log of a run could not be read'),
    isSessionLive: host.isSessionLive,
    ...overrides.hub,
    timing: { ...(host.recheckMs !== undefined && { recheckMs: host.recheckMs }), ...overrides.hub?.timing },
  })
  wakeups.listen(hub.wake)

  const { authenticate, verifyToken, isSessionLive, publicUrl } = host
  const connections = createConnectionStore({ pool, sealer })
  const tickets = createTickets({ pool, key: deriveKey(secretKey, 'ticket'), now, isSessionLive })
  const webhooks = createWebhookStore({ pool, sealer })
  const api = {
    pool,
    runControl,
    sealer,
    authenticate,
    connectionTester: createConnectionTester({
      ...{ connections, baseUrl, limitsFor },
      ...(overrides.connectionTestMs && { timeoutMs: overrides.connectionTestMs }),
    }),
    registrations: createRegistrations({
      ...{ webhooks, connections, clients, publicUrl },
      ...(overrides.webhookRemovalMs && { removeTimeoutMs: overrides.webhookRemovalMs }),
    }),
    streamRouter: createStreamRouter({ hub, runControl, pool, tickets, authenticate, verifyToken }),
    now,
    ...(clock && { clock }),
  }
  return { api, hub, tickets }
}
