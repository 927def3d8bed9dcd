import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Role } from '@espejo/contract'
import type { Router } from 'express'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { createUser } from '../../src/accounts/accounts.js'
import { createAuthenticate } from '../../src/accounts/authenticate.js'
import { createSessions, type Sessions } from '../../src/accounts/session.js'
import { createClientFactory } from '../../src/connections/client-factory.js'
import { createConnectionStore } from '../../src/connections/connection-store.js'
import { createConnectionTester } from '../../src/connections/connection-tester.js'
import { createSealer } from '../../src/connections/secrets.js'
import type { DatabaseClock } from '../../src/db/database-clock.js'
import type { ApiDeps } from '../../src/http/api.js'
import { createApp } from '../../src/http/app.js'
import { createFastPath } from '../../src/http/stream/fast-path.js'
import type { StreamDeps } from '../../src/http/stream/stream-handlers.js'
import { createStreamRouter } from '../../src/http/stream/stream-routes.js'
import { createRunControl } from '../../src/runs/run-control.js'
import { openRunQueue, type RunQueue } from '../../src/runs/run-queue.js'
import { createRegistrations } from '../../src/webhooks/registration.js'
import { createWebhookStore } from '../../src/webhooks/webhook-store.js'
import { type TestDatabase, useDatabase } from './database.js'

export interface TestApp {
  readonly database: TestDatabase
  readonly address: string
  readonly deps: ApiDeps
  readonly sessions: Sessions
  /** All that was logged, as written. */
  log(): string
  /** One request, as it is; a JSON body is written and its type declared. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  /** A client with a session of a user in a role, made on the spot. */
  as(tenantId: string, role?: Role): Promise<Client>
}

export type Client = (method: string, path: string, options?: SendOptions) => Promise<Answer>

interface SendOptions {
  body?: unknown
  /** A body that is sent as it is. */
  rawBody?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer, it asserts
  json: any
}

export const TEST_SECRET_KEY = Buffer.alloc(32, 7)

/** The whole app on a database and a port of its own, with tenants `uno` and `dos`. */
export function useApp(
  options: {
    cianboxBaseUrl?: () => string
    webDir?: string
    streamRouter?: () => Router
    /** The real streams, mounted and ahead as in `compose.ts`. */
    streams?: (deps: ApiDeps) => StreamDeps<IncomingMessage>
    now?: () => Date
    /** In place of PostgreSQL's. */
    clock?: DatabaseClock
    /** Given the address that the app listens at. */
    publicUrl?: (address: string) => string | null
  } = {},
): TestApp {
  const database = useDatabase()
  const lines: string[] = []
  const now = options.now ?? (() => new Date())
  const sessions = createSessions({ secretKey: TEST_SECRET_KEY, now })
  let address = ''
  let deps: ApiDeps | undefined
  let queue: RunQueue | undefined
  let close: (() => Promise<void>) | undefined

  beforeAll(async () => {
    const { pool } = database
    const sealer = createSealer(TEST_SECRET_KEY)
    queue = await openRunQueue(pool, { supervise: false, onError: () => undefined })
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const streamRouter = options.streamRouter?.()
    deps = {
      pool,
      sealer,
      sessions,
      now,
      ...(options.clock ? { clock: options.clock } : {}),
      runControl: createRunControl({ pool, queue, now, onEvent: () => undefined }),
      connectionTester: createConnectionTester({
        connections: createConnectionStore({ pool, sealer }),
        baseUrl: options.cianboxBaseUrl?.() ?? 'http://127.0.0.1:9',
        timeoutMs: 5_000,
      }),
      registrations: createRegistrations({
        webhooks: createWebhookStore({ pool, sealer }),
        connections: createConnectionStore({ pool, sealer }),
        clients: createClientFactory({
          pool,
          sealer,
          baseUrl: options.cianboxBaseUrl?.() ?? 'http://127.0.0.1:9',
        }),
        publicUrl: () => options.publicUrl?.(address) ?? null,
        removeTimeoutMs: 3_000,
      }),
      authenticate: createAuthenticate(sessions.verifyToken),
      onUnexpectedError: () => undefined,
      ...(streamRouter ? { streamRouter } : {}),
    }
    const streams = options.streams?.(deps)
    const app = createApp({
      ...deps,
      ...(streams
        ? {
            streamRouter: createStreamRouter(streams),
            fastPath: (serve) => createFastPath('/api', streams, serve),
          }
        : {}),
      log,
      webDir: options.webDir ?? '/nowhere',
      streams: () => ({ viewers: 3, runs: 2 }),
    })
    const server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    await ensureTenant(pool, 'uno', 'Uno')
    await ensureTenant(pool, 'dos', 'Dos')
  })
  afterAll(async () => {
    await close?.()
    await queue?.stop(0)
  })

  async function send(method: string, path: string, { body, rawBody, headers }: SendOptions = {}) {
    const hasBody = body !== undefined || rawBody !== undefined
    const response = await fetch(address + path, {
      method,
      headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
      redirect: 'manual',
      ...(hasBody ? { body: rawBody ?? JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    }
  }

  return {
    database,
    get address() {
      return address
    },
    get deps() {
      if (!deps) throw new Error('The app is there from beforeAll on.')
      return deps
    },
    sessions,
    log: () => lines.join(''),
    send,
    async as(tenantId, role = 'admin') {
      const token = await tokenOf(database, sessions, tenantId, role)
      return (method, path, request = {}) =>
        send(method, path, { ...request, headers: { authorization: `Bearer ${token}`, ...request.headers } })
    },
  }
}

/** The password of every user that {@link TestApp.as} makes. */
export const TEST_PASSWORD = 'una clave de prueba'

async function tokenOf(
  { pool }: TestDatabase,
  sessions: Sessions,
  tenantId: string,
  role: Role,
): Promise<string> {
  const email = `${role}@${tenantId}.test`
  const user = await createUser(pool, { tenantId, email, name: role, role, password: TEST_PASSWORD })
  const id = user?.id ?? `${role}-of-${tenantId}`
  return (await sessions.issue({ id, tenantId, role })).token
}
