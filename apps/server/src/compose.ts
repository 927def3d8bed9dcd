import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { createAuthenticate } from './accounts/authenticate.js'
import { ensureDemoTenants } from './accounts/demo.js'
import { createLiveSessions } from './accounts/live-sessions.js'
import { createSessions } from './accounts/session.js'
import type { Config } from './config.js'
import { type ClientFactory, createClientFactory } from './connections/client-factory.js'
import { createConnectionStore } from './connections/connection-store.js'
import { createConnectionTester } from './connections/connection-tester.js'
import { connectionProblem } from './db/connection-problem.js'
import { startEmbeddedPostgres } from './db/embedded/index.js'
import { createPool, type Pool } from './db/pool.js'
import { prepareDatabase } from './db/prepare.js'
import { startDemoErp } from './demo.js'
import { createApp } from './http/app.js'
import { createGuards, type GuardsOf } from './requests/request-guards.js'
import { createRunControl, type RunControl } from './runs/run-control.js'
import { openRunQueue, type RunQueue } from './runs/run-queue.js'
import { startHousekeeping } from './schedule/housekeeping.js'
import { createScheduledRun } from './schedule/scheduled-run.js'
import { createSealer, deriveKey, loadStoredSecrets } from './secrets.js'
import { createStreamHub } from './stream/hub.js'
import { createStreamRouter } from './stream/stream-routes.js'
import { createStreamsAhead } from './stream/streams-ahead.js'
import { createTailReader } from './stream/tail-reader.js'
import { createTickets } from './stream/tickets.js'
import { createWakeups, type Wakeups } from './stream/wakeups.js'
import { createRunHandler } from './sync/worker.js'
import { createDrain } from './webhooks/drain.js'
import { createRegistrations } from './webhooks/registration.js'
import { createWebhookStore } from './webhooks/webhook-store.js'

export interface Espejo {
  /** Where the API and the web app answer; null for a worker, which listens nowhere. */
  url: string | null
  /** Hands runs over, says goodbye to viewers, and stops what was started, in that order. */
  stop(): Promise<void>
}

/** Espejo cannot start; the message is one line that says what to do. */
export class StartError extends Error {
  override name = 'StartError'
}

/**
 * The composition root: everything that `config` asks for, wired and running. If any part fails,
 * what was started before it is stopped again.
 */
export async function startEspejo(config: Config, log: Logger): Promise<Espejo> {
  const started: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne()
  }
  try {
    const url = await startParts(config, log, (stopOne) => started.push(stopOne))
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  config: Config,
  log: Logger,
  onStop: (stop: () => Promise<void>) => void,
): Promise<string | null> {
  const { databaseUrl, secretKey } = await openDatabase(config, onStop)
  const onError = (error: Error) => log.warn({ err: error }, 'a database connection failed')
  const pool = createPool(databaseUrl, { max: 20, name: config.role, onError })
  onStop(() => pool.end())

  const sealer = createSealer(secretKey)
  const baseUrl = await openErp(config, { pool, sealer }, onStop)
  const wakeups = createWakeups({ pool, listenTo: databaseUrl, onError })
  onStop(() => wakeups.close())
  const works = config.role !== 'api'
  const queue = await openRunQueue(pool, { supervise: works, onError })
  onStop(() => queue.stop(10_000))

  const guardsOf = createGuards({ pool, now })
  const clients = createClientFactory({ pool, sealer, baseUrl, guardsOf })
  const runControl = createRunControl({ pool, queue, now, onEvent: wakeups.touch })
  const parts: Parts = {
    config,
    log,
    pool,
    secretKey,
    sealer,
    baseUrl,
    wakeups,
    queue,
    guardsOf,
    clients,
    runControl,
  }
  if (works) await startWorker(parts)
  onStop(keepHouse(parts).stop)
  return config.role === 'worker' ? null : startApi(parts, onStop)
}

interface Parts {
  config: Config
  log: Logger
  pool: Pool
  secretKey: Buffer
  sealer: ReturnType<typeof createSealer>
  baseUrl: string
  wakeups: Wakeups
  queue: RunQueue
  guardsOf: GuardsOf
  clients: ClientFactory
  runControl: RunControl
}

/** Over how long the streams of a stopping process are let go. */
const DRAIN_MS = 2000
/** How long the last requests of a stopping process may take. */
const LAST_ANSWERS_MS = 10_000

/**
 * Connections that may wait to be accepted; the kernel may allow fewer (`net.core.somaxconn`). When a node
 * goes away its viewers come to the others within a second or so. Those that do not fit are not
 * refused but left to try again after one second, then three, then seven, and a health check among them.
 * Node's default is 511.
 */
const BACKLOG = 4096

const now = () => new Date()

async function openDatabase(config: Config, onStop: (stop: () => Promise<void>) => void) {
  let { databaseUrl, secretKey } = config
  if (databaseUrl === undefined) {
    const secrets = loadStoredSecrets(config.dataDir)
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, ...secrets })
    onStop(() => postgres.stop())
    databaseUrl = postgres.databaseUrl
    secretKey ??= secrets.secretKey
  }
  if (secretKey === undefined) throw new StartError('ESPEJO_SECRET_KEY is required.')
  try {
    await prepareDatabase(databaseUrl)
  } catch (cause) {
    const problem = connectionProblem(cause, databaseUrl)
    throw problem === null ? cause : new StartError(problem, { cause })
  }
  return { databaseUrl, secretKey }
}

/** The real ERP's address, or the demo's own one with the tenants that use it. */
async function openErp(
  config: Config,
  deps: { pool: Pool; sealer: ReturnType<typeof createSealer> },
  onStop: (stop: () => Promise<void>) => void,
): Promise<string> {
  if (!config.demo) return config.cianboxBaseUrl
  const erp = await startDemoErp({ products: config.demoProducts, latencyMs: config.demoLatencyMs })
  onStop(erp.stop)
  await ensureDemoTenants(deps.pool, { connections: createConnectionStore(deps), cuentas: erp.cuentas })
  return erp.baseUrl
}

async function startWorker({ config, queue, pool, clients, wakeups, log }: Parts): Promise<void> {
  const handle = createRunHandler({
    pool,
    openConnection: clients.forTenant,
    now,
    onEvent: wakeups.touch,
    log,
  })
  await queue.work(config.runsAtOnce, handle)
}

/** In every process, so that runs end and resume by themselves even where no worker is up. */
function keepHouse({ config, pool, runControl, wakeups, log }: Parts) {
  const deps = { runControl, onEvent: wakeups.touch }
  return startHousekeeping({
    ...deps,
    pool,
    handlers: {
      full: createScheduledRun('full', deps),
      incremental: createScheduledRun('incremental', deps),
      notified: createDrain(deps),
    },
    retention: { changesDays: config.changesDays },
    now,
    onError: (error, chore) => log.warn({ err: error, chore }, 'a chore failed and is tried again'),
  })
}

async function startApi(parts: Parts, onStop: (stop: () => Promise<void>) => void): Promise<string> {
  const { config, log, pool, secretKey, sealer, baseUrl, wakeups, guardsOf, clients, runControl } = parts
  const isSessionLive = createLiveSessions({ pool, now })
  const hub = createStreamHub({
    read: createTailReader({ pool }),
    now,
    onError: (error) => log.warn({ err: error }, 'the log of a run could not be read'),
    isSessionLive,
  })
  onStop(async () => hub.close())
  wakeups.listen(hub.wake)

  const sessions = createSessions({ secretKey, now })
  const verifyToken = async (token: string) => {
    const session = await sessions.verifyToken(token)
    return session && (await isSessionLive(session)) ? session : null
  }
  const authenticate = createAuthenticate(verifyToken)
  const connections = createConnectionStore({ pool, sealer })
  const tickets = createTickets({ pool, key: deriveKey(secretKey, 'ticket'), now })
  const streams = { hub, runControl, pool, tickets, authenticate, verifyToken }
  let url: string | null = null
  const app = createApp({
    pool,
    log,
    runControl,
    sealer,
    sessions,
    authenticate,
    onSignOut: ({ userId }) => hub.endSessions((session) => session.userId === userId),
    connectionTester: createConnectionTester({ connections, baseUrl, guardsOf }),
    registrations: createRegistrations({
      webhooks: createWebhookStore({ pool, sealer }),
      connections,
      clients,
      // In the demo the simulator, on this same machine, is the only one to reach us.
      publicUrl: () => config.publicUrl ?? (config.demo ? url : null),
    }),
    streamRouter: createStreamRouter(streams),
    ahead: (serve) => createStreamsAhead('/api', streams, serve),
    streams: hub.stats,
    trustProxy: config.trustProxy,
    webDir: fileURLToPath(new URL('../../web/dist', import.meta.url)),
    now,
  })
  const server = createServer(app)
  // Longer than the proxies in front keep theirs: who closes last must be who asks.
  server.keepAliveTimeout = 65_000
  const port = await listen(server, config)
  onStop(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    await hub.drain(DRAIN_MS)
    // Requests under way get their answers; only what takes too long is cut.
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    const late = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
    await closed
    clearInterval(idle)
    clearTimeout(late)
  })
  url = `http://${/^(127\.0\.0\.1|::1|0\.0\.0\.0|::)$/.test(config.host) ? 'localhost' : config.host}:${port}`
  return url
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
