import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { createAuthenticate } from '../accounts/authenticate.js'
import { createSessions, type Sessions } from '../accounts/session.js'
import { createSessionStore, type SessionStore } from '../accounts/session-store.js'
import { createSetup, type Setup } from '../accounts/setup.js'
import type { ApiDeps } from '../http/api.js'
import { createApp } from '../http/app.js'
import { createFastPath } from '../http/stream/fast-path.js'
import type { StreamHub } from '../stream/hub.js'
import type { Config } from './config.js'
import { createApiDeps, DRAIN_MS } from './create-api.js'
import { startWithCleanup } from './lifecycle.js'
import { StartError } from './open-database.js'
import { type Overrides, type Services, startServices } from './services.js'

export interface Espejo {
  /** Base URL of the API and the web app; null for a worker, which does not listen. */
  url: string | null
  /** The one-time link of the first set-up; null once there is a tenant, and for a worker. */
  setupUrl: string | null
  /**
   * Stops in this order: is not ready for the drain time, takes no new connections and closes the streams with
   * `drain`, then releases the runs to other processes.
   */
  stop(): Promise<void>
}

/** A started service with the parts that tests inspect. */
export interface Service {
  services: Services
  /** Null for a worker. */
  http: HttpService | null
  stop(): Promise<void>
}

interface HttpService {
  url: string
  setupUrl: string | null
  api: Omit<ApiDeps, 'onUnexpectedError'> & { sessions: SessionStore; setup: Setup }
  tokens: Sessions
  hub: StreamHub
}

/**
 * The composition root: starts the services of `config`, and the HTTP server unless the role is `worker`. When
 * one fails to start, those that were started before are stopped.
 * @throws {@link StartError} and others: the start failed.
 */
export async function startEspejo(config: Config, log: Logger): Promise<Espejo> {
  const { http, stop } = await startService(config, log)
  return { url: http?.url ?? null, setupUrl: http?.setupUrl ?? null, stop }
}

/** {@link startEspejo} with access to the parts, and with some of them replaced. */
export async function startService(config: Config, log: Logger, overrides: Overrides = {}): Promise<Service> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const services = await startServices(config, log, onStop, overrides)
    return { services, http: config.role === 'worker' ? null : await serve(services, onStop, overrides) }
  })
  return { ...started, stop }
}

/** With the hub's own timer of 1 s, a stream ends within 5 s of its session. */
const RECHECK_MS = 2_500

/** Requests that a stopping process has not answered after this time are aborted. */
const LAST_ANSWERS_MS = 10_000

/**
 * Length of the listen queue; the kernel may allow fewer (`net.core.somaxconn`). When a node stops, its viewers
 * reconnect to the others within about a second. A full queue drops SYN packets, which clients, health checks
 * included, send again after 1, 3 and 7 s. Node's default is 511.
 */
const BACKLOG = 4096

/** Serves the API and the web app on our own HTTP server, with our own sessions. */
async function serve(
  services: Services,
  onStop: (stop: () => Promise<void>) => void,
  overrides: Overrides,
): Promise<HttpService> {
  const { config, log, pool, secretKey } = services
  const { now = () => new Date() } = overrides
  const tokens = createSessions({ secretKey, now, hours: config.sessionHours })
  const sessions = createSessionStore({ pool, tokens, idleMinutes: config.sessionIdleMinutes })
  const { isSessionLive = sessions.isLive } = overrides
  const verifyToken = async (token: string) => {
    const session = await tokens.verifyToken(token)
    return session && (await isSessionLive(session)) ? session : null
  }
  const authenticate = createAuthenticate(verifyToken)
  const setup = createSetup({ pool, sealer: services.sealer, fixedCode: config.setupCode })
  let url = ''
  const host = {
    authenticate,
    verifyToken,
    isSessionLive,
    recheckMs: RECHECK_MS,
    // In the demo, only the simulator sends notifications, from this machine.
    publicUrl: () => overrides.publicUrl?.(url) ?? config.publicUrl ?? (config.demo && url ? url : null),
  }
  const { api, hub, tickets } = createApiDeps(services, host, overrides)
  onStop(async () => hub.close())

  let isDraining = false
  const app = createApp({
    ...api,
    log,
    sessions,
    setup,
    demo: config.demo,
    onSessionsEnded: hub.endSessions,
    fastPath: (serve) =>
      createFastPath('/api', { ...services, hub, tickets, authenticate, verifyToken }, serve),
    streams: hub.stats,
    isDraining: () => isDraining,
    trustProxy: config.trustProxy,
    webDir: overrides.webDir ?? builtWebApp(),
  })
  const server = createServer(app)
  // Must exceed the proxy's keep-alive, or the proxy may send on a socket that we are closing.
  server.keepAliveTimeout = 65_000
  const port = await listen(server, config)
  onStop(async () => {
    isDraining = true
    await delay(config.drainSeconds * 1000)
    const closed = new Promise((resolve) => server.close(resolve))
    await hub.drain(DRAIN_MS)
    // Pending requests are answered; those that take too long are aborted.
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
    await closed
    clearInterval(idle)
    clearTimeout(late)
  })
  url = `http://${/^(127\.0\.0\.1|::1|0\.0\.0\.0|::)$/.test(config.host) ? 'localhost' : config.host}:${port}`
  return {
    url,
    setupUrl: await setupUrl(setup, config.publicUrl ?? url),
    api: { ...api, sessions, setup },
    tokens,
    hub,
  }
}

async function setupUrl(setup: Setup, base: string): Promise<string | null> {
  const code = await setup.currentCode()
  return code === null ? null : `${base}/instalar?code=${code}`
}

/** The web app beside this package in the repository, else the copy in the published package. */
function builtWebApp(): string {
  const inRepository = fileURLToPath(new URL('../../../web/dist', import.meta.url))
  return existsSync(inRepository) ? inRepository : fileURLToPath(new URL('../web', import.meta.url))
}

function listen(server: Server, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, port, host)))
    server.listen({ port, host, backlog: BACKLOG }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `PORT: ${port} on ${host} is in use by another program. Stop it, or set PORT to a free one.`,
        { cause: error },
      )
    case 'EACCES':
      return new StartError(`PORT: this user may not listen on ${port}. Set PORT to one above 1023.`, {
        cause: error,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`HOST: this machine has no address ${host}. Set HOST to one that it has.`, {
        cause: error,
      })
    default:
      return error
  }
}
