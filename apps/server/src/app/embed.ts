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

/** The host application's authentication. */
export interface EmbedOptions {
  /** The host's session of a request; null: not signed in. */
  authenticate: Authenticate
  /** Verifies `?token=` on stream routes, for clients of the v0 contract. @defaultValue every token is invalid */
  verifyToken?: (token: string) => Promise<Session | null>
  /** Whether a session with open streams is still valid. @defaultValue valid until its `expiresAt` */
  isSessionLive?: (session: Session) => Promise<boolean>
}

/** Espejo inside another program: its worker runs, and its API is a router to mount. */
export interface EmbeddedEspejo {
  /**
   * For `app.use('/espejo/api', router)` of any Express 5 application, before the host's body parsers. It
   * handles its own errors. For notifications from Cianbox the path must end in `/api`, and
   * `ESPEJO_PUBLIC_URL` is the public URL without that `/api`.
   */
  router: Router
  /** Adds a tenant (a customer of the host); an existing one is not changed. Sessions refer to this id. */
  ensureTenant(tenantId: string, name: string): Promise<void>
  /** Closes the streams, releases the runs to other processes and stops the services. The host closes its own server. */
  stop(): Promise<void>
}

/**
 * Starts the services of `config` (database, worker, maintenance) and creates the API as a router, without an HTTP
 * server. `PORT`, `HOST` and `ESPEJO_TRUST_PROXY` are ignored.
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
