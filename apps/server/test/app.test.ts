import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureDemoTenants } from '../src/app/demo-tenants.js'
import { createConnectionStore } from '../src/connections/connection-store.js'
import { withTenant } from '../src/db/pool.js'
import { useApp } from './support/app.js'
import { beginRun, openStream } from './support/stream.js'

const webDir = mkdtempSync(join(tmpdir(), 'espejo-web-'))
mkdirSync(join(webDir, 'assets'))
writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Espejo</title>')
writeFileSync(join(webDir, 'favicon.svg'), '<svg/>')
writeFileSync(join(webDir, 'assets', 'main-abc123.js'), 'export {}')
afterAll(() => rmSync(webDir, { recursive: true }))

const app = useApp({ webDir })
const asPage = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

describe('the web app', () => {
  it.each(['/', '/runs/abc', '/products?search=x'])('is the answer to %s for a browser', async (path) => {
    const answer = await app.send('GET', path, asPage)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<title>Espejo</title>')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  })

  it('has files with a hash in their name cached for ever, and others revalidated', async () => {
    const hashed = await app.send('GET', '/assets/main-abc123.js')
    expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await app.send('GET', '/favicon.svg')).headers.get('cache-control')).toBe('public, max-age=0')
  })

  it.each([
    ['/api/nothing', asPage],
    ['/assets/gone.js', asPage],
    ['/nothing', { headers: { accept: 'application/json' } }],
    ['/nothing', {}],
    ['/..%2f..%2fetc%2fpasswd', {}],
  ])('is not the answer to %s with %j', async (path, options) => {
    const answer = await app.send('GET', path, options)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  })
})

describe('the metrics', () => {
  it('count streams, and requests by route pattern, and contain no tenant', async () => {
    await app.send('GET', '/api/products/123456789')
    const run = await beginRun(app.database.pool, 'uno')
    const { token } = await app.sessions.issue({ id: 'ana', tenantId: 'uno', role: 'viewer' })
    const events = `${app.address}/api/cianbox/sync/runs/${run.id}/events`
    const open = () => openStream(events, { authorization: `Bearer ${token}` })
    const streams = await Promise.all([open(), open(), open()])
    const { text, headers } = await app.send('GET', '/metrics')
    for (const stream of streams) stream.close()
    expect(headers.get('content-type')).toContain('text/plain')
    expect(text).toContain('espejo_stream_viewers 3')
    expect(text).toMatch(
      /espejo_http_request_seconds_count\{method="GET",route="[^"]*:cianboxId",status="401"\} 1/,
    )
    expect(text).not.toContain('123456789')
  })
})

describe('every answer', () => {
  it('has a strict content security policy, and does not identify the server software', async () => {
    for (const path of ['/', '/api/products', '/healthz', '/nothing']) {
      const { headers } = await app.send('GET', path, asPage)
      const policy = headers.get('content-security-policy')
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("style-src 'self';")
      expect(policy).toContain("connect-src 'self';")
      expect(policy).toContain("img-src 'self' https: data:")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{8,64}$/)
    }
  })

  it("has the client's request id, if it is valid", async () => {
    const id = async (given: string) =>
      (await app.send('GET', '/api/products', { headers: { 'x-request-id': given } })).headers.get(
        'x-request-id',
      )
    expect(await id('trace-0123456789')).toBe('trace-0123456789')
    expect(await id('bad id"')).not.toBe('bad id"')
  })
})

describe('the log', () => {
  it('has path and status of each request, without queries, headers or secrets', async () => {
    const planted = 'planted-secret-77'
    const headers = {
      authorization: `Bearer ${planted}`,
      cookie: `espejo_session=${planted}`,
      'x-other': planted,
    }
    await app.send('GET', `/api/cianbox/sync/products/stream?token=${planted}&ticket=${planted}`, { headers })
    await app.send('GET', `/api/products?search=${planted}`, { headers })
    await app.send('POST', `/api/webhooks/cianbox/${planted}`, { headers, body: { planted } })
    await app.send('POST', '/api/auth/login', { body: { email: 'a@b.test', password: planted } })
    await app.send('POST', '/api/auth/login', { rawBody: `{"password":"${planted}"` })
    expect(app.log()).toContain('"path":"/api/cianbox/sync/products/stream"')
    expect(app.log()).toContain('"path":"/api/products"')
    expect(app.log()).toContain('"path":"/api/webhooks/cianbox/[oculto]"')
    expect(app.log()).toContain('"status":401')
    expect(app.log()).not.toContain(planted)
  })
})

describe('health', () => {
  it('is ok, and ready once the database has every migration', async () => {
    expect((await app.send('GET', '/healthz')).json).toEqual({ status: 'ok' })
    expect((await app.send('GET', '/readyz')).json).toEqual({ status: 'ready' })
  })

  it('is not ready while a migration of this release is missing', async () => {
    const owner = new pg.Client({ connectionString: app.database.url })
    await owner.connect()
    await owner.query("UPDATE espejo_migrations SET name = 'x' || name WHERE name LIKE '0020%'")
    const answer = await app.send('GET', '/readyz')
    await owner.query("UPDATE espejo_migrations SET name = substr(name, 2) WHERE name LIKE 'x0020%'")
    await owner.end()
    expect(answer.status).toBe(503)
    expect(answer.json.code).toBe('migrations_pending')
  })
})

describe('the demo', () => {
  const cuentas = {
    demo: { cuenta: 'demo', user: 'demo', password: 'demo' },
    vecino: { cuenta: 'vecino', user: 'vecino', password: 'vecino' },
  }
  const seed = () => {
    const connections = createConnectionStore(app.deps)
    return ensureDemoTenants(app.database.pool, { connections, cuentas })
  }

  beforeAll(async () => {
    await Promise.all([seed(), seed()])
  })

  it.each([
    ['demo@espejo.test', 'demo-espejo', 'demo', 'admin'],
    ['visita@espejo.test', 'visita-espejo', 'demo', 'viewer'],
    ['vecino@espejo.test', 'vecino-espejo', 'vecino', 'admin'],
  ])('signs %s in, to a tenant with a connection', async (email, password, tenantId, role) => {
    const { status, json } = await app.send('POST', '/api/auth/login', { body: { email, password } })
    expect(status).toBe(200)
    expect(json.user).toMatchObject({ tenantId, role })
    const headers = { authorization: `Bearer ${json.token}` }
    expect((await app.send('GET', '/api/cianbox/connection', { headers })).json.cuenta).toBe(tenantId)
  })

  it('does not overwrite later changes', async () => {
    await withTenant(app.database.pool, 'demo', (tx) => tx.query('UPDATE app.connections SET page_size = 33'))
    await seed()
    expect((await createConnectionStore(app.deps).get('demo'))?.pageSize).toBe(33)
  })
})
