import type { Router } from 'express'
import type { Logger } from 'pino'
import { ensureTenant } from '../accounts/account-store.js'
import type { Authenticate } from '../accounts/authenticate.js'
import type { Session } from '../accounts/session.js'
import { createApi } from '../http/api.js'
import { logUnexpected } from '../http/app.js'
import type { Config } from './config.js'
import { createApiDeps, DRAIN_MS } from './create-api.js'
import { startWithCleanup } from './lifecycle.js'
import { startServices } from './services.js'

/** How the application that Espejo lives in knows its users. */
export interface EmbedOptions {
  /** Who asks, by the host's own sessions; null: nobody. */
  authenticate: Authenticate
  /** Reads `?token=` on stream routes, for clients as the brief has them. @defaultValue there is no such token */
  verifyToken?: (token: string) => Promise<Session | null>
  /** Asked about sessions with open streams. @defaultValue a session holds until its `expiresAt` */
  isSessionLive?: (session: Session) => Promise<boolean>
}

/** Espejo inside another program: its worker runs, and its API waits to be mounted. */
export interface EmbeddedEspejo {
  /**
   * For `app.use('/espejo/api', router)` of any Express 5 application, ahead of the host's body parsers. It
   * answers its own errors. Where Cianbox is to notify, the path ends in `/api`, and `ESPEJO_PUBLIC_URL` is
   * what stands before that.
   */
  router: Router
  /** Adds a tenant, a customer of the host; one of that id stays as it is. Sessions name tenants by this id. */
  ensureTenant(tenantId: string, name: string): Promise<void>
  /** Lets streams go, hands runs over, and stops what was started. The host's own server is the host's to close. */
  stop(): Promise<void>
}

/**
 * Starts database, worker and maintenance as `config` asks for them, with the API as a router instead of
 * an address of its own. `PORT`, `HOST` and `ESPEJO_TRUST_PROXY` are the host's matter and not used.
 */
export async function embedEspejo(
  config: Config,
  log: Logger,
  options: EmbedOptions,
): Promise<EmbeddedEspejo> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const services = await startServices(config, log, onStop)
    const { api, hub } = createApiDeps(services, {
      verifyToken: async () => null,
      isSessionLive: async () => true,
      publicUrl: () => config.publicUrl ?? null,
      ...options,
    })
    onStop(async () => hub.close())
    onStop(() => hub.drain(DRAIN_MS))
    const router = createApi({ ...api, onUnexpectedError: logUnexpected(log) })
    return { router, ensureTenant: (id: string, name: string) => ensureTenant(services.pool, id, name) }
  })
  return { ...started, stop }
}
