import type { Role } from '@espejo/contract'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { createUser } from '../../src/accounts/accounts.js'
import type { Sessions } from '../../src/accounts/session.js'
import { parseConfig } from '../../src/app/config.js'
import { type Service, startService } from '../../src/app/create-server.js'
import type { Overrides, Services } from '../../src/app/services.js'
import type { ApiDeps } from '../../src/http/api.js'
import type { StreamHub } from '../../src/stream/hub.js'
import { type TestDatabase, useDatabase } from './database.js'
import { testSettings } from './services.js'

/** The whole service on a database and a port of its own, with tenants `uno` and `dos` unless others are named. */
export interface TestApp {
  readonly database: TestDatabase
  readonly address: string
  /** The link of the first set-up, as it was at the start. */
  readonly setupUrl: string | null
  readonly services: Services
  readonly deps: ApiDeps
  readonly sessions: Sessions
  readonly hub: StreamHub
  /** All log lines, as written. */
  log(): string
  /** Sends one request; a body is declared as JSON. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>
  /** A client with a session of a new user in this role. */
  as(tenantId: string, role?: Role): Promise<Client>
}

export type Client = (method: string, path: string, options?: SendOptions) => Promise<Answer>

interface SendOptions {
  body?: unknown
  /** A body that is sent unchanged. */
  rawBody?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The parsed JSON body; undefined for another content type. */
  json: ReturnType<JSON['parse']>
}

export interface AppOptions extends Overrides {
  cianboxBaseUrl?: () => string
  runsAtOnce?: number
  /** The service's `DATABASE_URL`, from that of the test's database. */
  databaseUrl?: (url: string) => Promise<string>
  /** @defaultValue `uno` and `dos` */
  tenants?: readonly string[]
  settings?: Readonly<Record<string, string>>
  /** Whether sessions must be in the database. @defaultValue false: tests issue tokens of users that do not exist */
  liveSessions?: boolean
}

/** Starts the service before the tests of the calling file. It executes no runs unless `worker` is true. */
export function useApp({
  cianboxBaseUrl,
  runsAtOnce,
  databaseUrl,
  tenants = ['uno', 'dos'],
  settings,
  liveSessions = false,
  ...overrides
}: AppOptions = {}): TestApp {
  const database = useDatabase()
  const lines: string[] = []
  let service: Service | undefined

  beforeAll(async () => {
    const config = parseConfig({
      PORT: '0',
      // No server listens on this port.
      ...testSettings(database, cianboxBaseUrl?.() ?? 'http://127.0.0.1:9'),
      ...(databaseUrl && { DATABASE_URL: await databaseUrl(database.url) }),
      ESPEJO_RUNS_AT_ONCE: String(runsAtOnce ?? 20),
      ...settings,
    })
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    service = await startService(config, log, {
      worker: false,
      maintenance: false,
      ...(liveSessions ? {} : { isSessionLive: async () => true }),
      connectionTestMs: 5_000,
      webhookRemovalMs: 3_000,
      webDir: '/nowhere',
      ...overrides,
      publicUrl: (url) => overrides.publicUrl?.(loopback(url)) ?? null,
    })
    for (const id of tenants) {
      await ensureTenant(database.pool, id, `${id.charAt(0).toUpperCase()}${id.slice(1)}`)
    }
  })
  afterAll(async () => {
    await service?.stop()
  })

  const started = () => {
    if (!service?.http) throw new Error('The app is available from beforeAll on.')
    return { ...service.http, services: service.services }
  }

  const app: TestApp = {
    database,
    get address() {
      return loopback(started().url)
    },
    get setupUrl() {
      return started().setupUrl
    },
    get services() {
      return started().services
    },
    get deps() {
      return { ...started().api, onUnexpectedError: () => undefined }
    },
    get sessions() {
      return started().tokens
    },
    get hub() {
      return started().hub
    },
    log: () => lines.join(''),
    async send(method, path, { body, rawBody, headers } = {}) {
      const hasBody = body !== undefined || rawBody !== undefined
      const response = await fetch(app.address + path, {
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
    },
    async as(tenantId, role = 'admin') {
      const token = await tokenOf(app, tenantId, role)
      return (method, path, request = {}) =>
        app.send(method, path, {
          ...request,
          headers: { authorization: `Bearer ${token}`, ...request.headers },
        })
    },
  }
  return app
}

/** The same URL without a name lookup. */
function loopback(url: string): string {
  return url.replace('localhost', '127.0.0.1')
}

/** The password of every user that {@link TestApp.as} creates. */
export const TEST_PASSWORD = 'una clave de prueba'

async function tokenOf({ database, sessions }: TestApp, tenantId: string, role: Role): Promise<string> {
  const email = `${role}@${tenantId}.test`
  const user = await createUser(database.pool, {
    tenantId,
    email,
    name: role,
    role,
    password: TEST_PASSWORD,
  })
  const id = user?.id ?? `${role}-of-${tenantId}`
  return (await sessions.issue({ id, tenantId, role })).token
}
