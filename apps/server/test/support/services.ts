import type { ConnectionBody } from '@espejo/contract/schemas'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { ensureTenant } from '../../src/accounts/account-store.js'
import { parseConfig } from '../../src/app/config.js'
import { startWithCleanup } from '../../src/app/lifecycle.js'
import { type Overrides, type Services, startServices } from '../../src/app/services.js'
import { createConnectionStore } from '../../src/connections/connection-store.js'
import { createSealer } from '../../src/connections/secrets.js'
import type { TestDatabase } from './database.js'

/** The key with which the services of the tests encrypt passwords. */
export const TEST_SECRET_KEY = Buffer.alloc(32, 7)

/** The environment of a service on this database, for {@link parseConfig} or for a process. */
export function testSettings({ url }: TestDatabase, cianboxBaseUrl: string) {
  return {
    DATABASE_URL: url,
    ESPEJO_SECRET_KEY: TEST_SECRET_KEY.toString('base64'),
    CIANBOX_BASE_URL: cianboxBaseUrl,
    ESPEJO_DRAIN_SECONDS: '0',
  }
}

/**
 * Starts the services without HTTP before the tests of the calling file: database pool, job queue, run control
 * and, unless `role` is `api`, a worker. No timer runs.
 */
export function useServices(
  database: TestDatabase,
  options: {
    role: 'api' | 'worker'
    cianboxBaseUrl: () => string
    runsAtOnce?: number
    overrides?: Overrides
  },
): () => Services {
  let services: Services | undefined
  let stop: (() => Promise<void>) | undefined
  beforeAll(async () => {
    const config = parseConfig({
      ...testSettings(database, options.cianboxBaseUrl()),
      ESPEJO_ROLE: options.role,
      ESPEJO_RUNS_AT_ONCE: String(options.runsAtOnce ?? 20),
    })
    const service = await startWithCleanup((onStop) =>
      startServices(config, pino({ level: 'silent' }), onStop, { maintenance: false, ...options.overrides }),
    )
    services = service.started
    stop = service.stop
  })
  afterAll(async () => {
    await stop?.()
  })
  return () => {
    if (!services) throw new Error('The services are available from beforeAll on.')
    return services
  }
}

/** Adds a tenant whose connection names the simulator's account `id`, with user and password `demo`. */
export async function addConnectedTenant(
  { pool }: TestDatabase,
  id: string,
  connection: Partial<ConnectionBody> = {},
): Promise<void> {
  await ensureTenant(pool, id, id)
  await createConnectionStore({ pool, sealer: createSealer(TEST_SECRET_KEY) }).put(id, {
    cuenta: id,
    appName: 'espejo',
    appCode: 'test',
    user: 'demo',
    password: 'demo',
    pageSize: 100,
    dialect: 'v2',
    requestsPerSecond: 1000,
    isActive: true,
    ...connection,
  })
}
