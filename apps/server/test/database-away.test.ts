import { formatCursor } from '@espejo/contract'
import pg from 'pg'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { apiRoutes } from '../src/http/api.js'
import { useApp } from './support/app.js'
import { type DatabaseProxy, startDatabaseProxy } from './support/database-proxy.js'
import { beginRun, namesOf, openStream } from './support/stream.js'

let proxy: DatabaseProxy
const app = useApp({
  databaseUrl: async (url) => {
    proxy = await startDatabaseProxy(url)
    return proxy.url
  },
  publicUrl: () => 'https://espejo.test',
  hub: { timing: { databaseAwayMs: 300, pollMs: 100, checkMs: 50, retryFromMs: 10, retryToMs: 20 } },
})
afterEach(() => proxy.pass())
afterAll(() => proxy.close())

const START = '/api/cianbox/sync/products/stream'
/** Status of the routes that do not use the database for this request. */
const WITHOUT_DATABASE: Readonly<Record<string, number>> = {
  'get /openapi.json': 200,
}
const UNREACHABLE = { status: 503, code: 'database_unreachable', retryAfter: '5' }

describe('while the database is away', () => {
  it('every route that needs it answers 503 database_unreachable with Retry-After', async () => {
    const headers = await headersOf('admin')
    const bodies: Record<string, unknown> = {
      '/auth/login': { email: 'ana@uno.test', password: 'clave de prueba' },
      '/auth/password': { current: 'clave de prueba', new: 'otra clave larga de prueba' },
      '/setup': {
        code: 'x'.repeat(26),
        tenantName: 'Uno',
        name: 'Ana',
        email: 'ana@uno.test',
        password: 'otra clave larga',
      },
      '/cianbox/sync/schedule': {
        fullCron: null,
        incrementalCron: null,
        sweepGuardPercent: 15,
        guardExpiryHours: 24,
      },
      '/cianbox/connection': {
        ...{ cuenta: 'uno', appName: 'espejo', appCode: 'test', user: 'demo', password: 'demo' },
        ...{ pageSize: 100, dialect: 'v2', requestsPerSecond: 1, isActive: true },
      },
    }
    await proxy.refuse()
    const answers: Record<string, object> = {}
    for (const { method, path, body } of apiRoutes(app.deps)) {
      const url = path.replace(':cianboxId', '1').replace(':kind', 'brands').replace(/:\w+/, 'abc')
      const answer = await app.send(method.toUpperCase(), `/api${url}`, {
        headers,
        ...(body && { body: bodies[path] ?? {} }),
      })
      answers[`${method} ${path}`] = shortened(answer)
    }
    for (const [route, answer] of Object.entries(answers)) {
      const status = WITHOUT_DATABASE[route]
      expect(answer, route).toMatchObject(status === undefined ? UNREACHABLE : { status })
    }
    expect(shortened(await app.send('GET', '/readyz'))).toEqual(UNREACHABLE)
    expect(app.log()).not.toContain('a request failed unexpectedly')
  })

  it('a stream on the starting route without a cursor is answered 503: nothing says whether it started a run', async () => {
    const headers = await headersOf('operator')
    await proxy.refuse()
    expect(shortened(await app.send('GET', START, { headers }))).toEqual(UNREACHABLE)
  })

  it('a stream that comes back with its cursor is sent drain', async () => {
    const run = await beginRun(app.database.pool, 'dos')
    const headers = { ...(await headersOf('viewer', 'dos')), 'last-event-id': formatCursor(run.id, 1) }
    await proxy.refuse()
    for (const path of [START, `/api/cianbox/sync/runs/${run.id}/events`]) {
      const stream = await openStream(app.address + path, headers)
      await stream.over
      expect([stream.status, namesOf(stream.events)]).toEqual([200, ['drain']])
      expect(stream.retries).toHaveLength(1)
    }
    await proxy.pass()
    const stream = await openStream(app.address + START, headers)
    await run.page()
    await stream.event('progress')
    stream.close()
  })

  it('an open stream stays open at first, then is sent drain, so that it can go to another process', async () => {
    const run = await beginRun(app.database.pool, 'uno')
    const stream = await openStream(
      `${app.address}/api/cianbox/sync/runs/${run.id}/events`,
      await headersOf('viewer'),
    )
    await stream.event('start')
    await proxy.refuse()
    const from = performance.now()
    await stream.over
    expect(performance.now() - from).toBeGreaterThan(280)
    expect(namesOf(stream.events)).toEqual(['start', 'drain'])
  })
})

describe('/readyz', () => {
  it.each([
    [
      'rights on a schema',
      'REVOKE USAGE ON SCHEMA catalog FROM espejo_app',
      'GRANT USAGE ON SCHEMA catalog TO espejo_app',
    ],
    [
      'one right on one table',
      'REVOKE INSERT ON app.run_events FROM espejo_app',
      'GRANT INSERT ON app.run_events TO espejo_app',
    ],
    [
      'the right to read the migrations',
      'REVOKE SELECT ON espejo_migrations FROM espejo_app',
      'GRANT SELECT ON espejo_migrations TO espejo_app',
    ],
    ["the job queue's schema", 'ALTER SCHEMA pgboss RENAME TO gone', 'ALTER SCHEMA gone RENAME TO pgboss'],
  ])('is 503 database_not_prepared without %s', async (_what, take, giveBack) => {
    const owner = new pg.Client({ connectionString: app.database.url })
    await owner.connect()
    await owner.query(take)
    const answer = shortened(await app.send('GET', '/readyz'))
    await owner.query(giveBack)
    await owner.end()
    expect(answer).toEqual({ status: 503, code: 'database_not_prepared', retryAfter: null })
    expect(shortened(await app.send('GET', '/readyz')).status).toBe(200)
  })
})

async function headersOf(role: 'viewer' | 'operator' | 'admin', tenantId = 'uno') {
  const { token } = await app.sessions.issue({ id: 'ana', tenantId, role })
  return { authorization: `Bearer ${token}` }
}

function shortened({ status, json, headers }: Awaited<ReturnType<typeof app.send>>) {
  return { status, code: json?.code, retryAfter: headers.get('retry-after') }
}
