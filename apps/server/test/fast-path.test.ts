import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { SESSION_COOKIE } from '../src/accounts/authenticate.js'
import { createTailReader, type ReadTail } from '../src/stream/tail-reader.js'
import { useApp } from './support/app.js'
import { beginRun, openStream } from './support/stream.js'

/**
 * The streams in the whole application, where the fast path serves an unambiguous request without
 * Express. A request that accepts `text/event-stream;q=1` is served by the mounted router instead.
 */
let isBroken = false
const read: ReadTail = (request) => createTailReader({ pool: app.database.pool, gapMs: 1 })(request)
const app = useApp({
  hub: {
    read: (request) => (isBroken ? Promise.reject(new Error('secreto de adentro')) : read(request)),
    viewersPerTenant: 2,
    onError: () => undefined,
    timing: { tickMs: 5, checkMs: 20 },
  },
})

const START = '/api/cianbox/sync/products/stream'
const eventsOf = (runId: string) => `/api/cianbox/sync/runs/${runId}/events`
const SHORT_POLICY = "default-src 'none';frame-ancestors 'none'"

async function bearer(tenantId: string, role: 'operator' | 'viewer' = 'operator') {
  const { token } = await app.sessions.issue({ id: `user-of-${tenantId}`, tenantId, role })
  return { authorization: `Bearer ${token}` }
}

/** Sends the same request by the fast path and by the mounted router. */
async function bothWays(path: string, headers: Record<string, string>) {
  const fast = await app.send('GET', path, { headers: { ...headers, accept: 'text/event-stream' } })
  const mounted = await app.send('GET', path, { headers: { ...headers, accept: 'text/event-stream;q=1' } })
  expect(fast.headers.get('content-security-policy')).toBe(SHORT_POLICY)
  expect(mounted.headers.get('content-security-policy')).toContain("script-src 'self'")
  return { fast, mounted }
}

const linesOf = (id: string) =>
  app
    .log()
    .split('\n')
    .filter((line) => line.includes(id))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('a refusal', () => {
  it.each([
    ['a request without a session', START, {}, 401, 'unauthenticated'],
    ['a bad ticket', `${START}?ticket=nonsense`, {}, 401, 'ticket_invalid'],
    ['two tokens', `${START}?token=a&token=b`, {}, 401, 'unauthenticated'],
    [
      "another site's page",
      START,
      { cookie: `${SESSION_COOKIE}=x`, 'sec-fetch-site': 'cross-site' },
      403,
      'cross_site',
    ],
    [
      "another site's page by its origin",
      START,
      { cookie: `${SESSION_COOKIE}=x`, origin: 'https://evil.test' },
      403,
      'cross_site',
    ],
  ])('of %s is the same text as by the mounted router', async (_what, path, headers, status, code) => {
    const { fast, mounted } = await bothWays(path, headers)
    expect(fast.status).toBe(status)
    expect(fast.json.code).toBe(code)
    expect(mounted.status).toBe(status)
    expect(fast.text).toBe(mounted.text)
    for (const name of ['content-type', 'cache-control']) {
      expect(fast.headers.get(name)).toBe(mounted.headers.get(name))
    }
  })

  it('of a missing run, and of a start without permission, is the same too', async () => {
    const viewer = await bearer('uno', 'viewer')
    for (const [path, status] of [
      [eventsOf('missing0run'), 404],
      [START, 403],
    ] as const) {
      const { fast, mounted } = await bothWays(path, viewer)
      expect([fast.status, mounted.status]).toEqual([status, status])
      expect(fast.text).toBe(mounted.text)
      expect(fast.headers.get('vary')).toBe(mounted.headers.get('vary'))
    }
  })

  it('because of viewer limits has Retry-After', async () => {
    const run = await beginRun(app.database.pool, 'dos')
    const headers = await bearer('dos')
    const open = await Promise.all([1, 2].map(() => openStream(app.address + eventsOf(run.id), headers)))
    const { fast, mounted } = await bothWays(eventsOf(run.id), headers)
    expect([fast.status, mounted.status]).toEqual([503, 503])
    expect(fast.json.code).toBe('viewers_tenant_full')
    expect(fast.headers.get('retry-after')).toBe(mounted.headers.get('retry-after'))
    for (const stream of open) stream.close()
    await expect.poll(() => app.hub.stats().viewers).toBe(0)
    await run.complete()
  })

  it('because of an internal error has no details, and the log has the cause', async () => {
    isBroken = true
    try {
      const { fast, mounted } = await bothWays(eventsOf('some0run'), await bearer('uno'))
      expect([fast.status, mounted.status]).toEqual([500, 500])
      expect(fast.text).toBe(mounted.text)
      expect(fast.text).not.toContain('secreto')
      expect(app.log()).toContain('secreto de adentro')
      expect(app.log()).toContain('"route":"/api/cianbox/sync/runs/:id/events"')
    } finally {
      isBroken = false
    }
  })
})

describe('a stream', () => {
  it('has the security headers that apply to it, and a request id', async () => {
    const run = await beginRun(app.database.pool, 'uno')
    const { headers, close } = await openStream(app.address + eventsOf(run.id), {
      ...(await bearer('uno')),
      'x-request-id': 'a-stream-of-the-test',
    })
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'content-security-policy': SHORT_POLICY,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      vary: 'Accept',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'a-stream-of-the-test',
    })
    expect(headers.get('x-powered-by')).toBeNull()
    close()
    await run.complete()
  })

  it('is logged as one line when it has ended, without query, headers or secrets', async () => {
    const run = await beginRun(app.database.pool, 'uno')
    const { authorization } = await bearer('uno')
    const token = authorization.slice('Bearer '.length)
    const id = 'logged-once-0001'
    const stream = await openStream(`${app.address}${eventsOf(run.id)}?token=${token}`, {
      'x-request-id': id,
      'x-other': 'planted-secret-78',
    })
    await stream.event('start')
    expect(linesOf(id)).toEqual([])
    await run.complete()
    app.hub.wake([run.id])
    await stream.over
    await expect.poll(() => linesOf(id)).toHaveLength(1)
    expect(linesOf(id)[0]).toMatchObject({
      level: 30,
      req: { id, method: 'GET', path: eventsOf(run.id) },
      res: { status: 200 },
      responseTime: expect.any(Number),
      msg: 'request completed',
    })
    expect(app.log()).not.toContain(token)
    expect(app.log()).not.toContain('planted-secret-78')
  })

  it('is logged in the same form as every other request', async () => {
    const ids = ['refused-fast-01a', 'refused-mounted-1'] as const
    for (const [nth, accept] of ['text/event-stream', 'text/event-stream;q=1'].entries()) {
      await app.send('GET', START, { headers: { accept, 'x-request-id': ids[nth] ?? '' } })
    }
    await expect.poll(() => ids.map((id) => linesOf(id).length)).toEqual([1, 1])
    const [fast, mounted] = ids.map((id) => linesOf(id)[0] ?? {})
    expect(Object.keys(fast ?? {}).sort()).toEqual(Object.keys(mounted ?? {}).sort())
    expect(fast).toMatchObject({ level: 30, res: { status: 401 }, msg: 'request completed' })
  })

  it('is not measured, but a refusal is, by route pattern', async () => {
    const count = async (status: number) => {
      const { text } = await app.send('GET', '/metrics')
      const labels = `method="GET",route="/api/cianbox/sync/runs/:id/events",status="${status}"`
      return Number(text.split(`espejo_http_request_seconds_count{${labels}} `)[1]?.split('\n')[0] ?? 0)
    }
    const before = await count(401)
    await app.send('GET', eventsOf('some0run'), { headers: { accept: 'text/event-stream' } })
    await expect.poll(() => count(401)).toBe(before + 1)
    expect(await count(200)).toBe(0)
  })
})

describe('a request that is not unambiguous', () => {
  it.each([
    ['for another format', 'GET', START, { accept: 'image/png' }, 406],
    ['of another method', 'POST', START, {}, 404],
    ['of a path without a valid run id', 'GET', eventsOf('NOT-AN-ID'), {}, 404],
    ['for a log', 'GET', eventsOf('missing0run'), { accept: 'application/x-ndjson' }, 404],
    ['of a path in capitals', 'GET', START.toUpperCase(), { cookie: 'x=y' }, 401],
  ])('%s is answered by Express', async (_what, method, path, headers, status) => {
    const auth = status === 401 ? {} : await bearer('uno')
    const answer = await app.send(method, path, { headers: { ...auth, ...headers } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('for a HEAD is answered as a GET, and starts no run', async () => {
    const answer = await app.send('HEAD', START, { headers: await bearer('uno') })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const runs = await app.send('GET', '/api/cianbox/sync/runs', { headers: await bearer('uno') })
    expect(runs.json.items.every((run: { status: string }) => run.status === 'complete')).toBe(true)
  })

  it.each([
    ['app.test:8080', 'http://app.test', 401],
    ['app.test', 'http://other.test', 403],
    ['[::1]:3000', 'http://[::1]', 401],
    ['[::1]', 'http://[::1]', 401],
  ])(
    'to %s from a page of %s, with a cookie, is compared by the host without its port: %i',
    async (host, origin, status) => {
      const head = `Origin: ${origin}\r\nCookie: ${SESSION_COOKIE}=x`
      for (const accept of ['text/event-stream', 'text/event-stream;q=1']) {
        expect(await bareGet(`Host: ${host}\r\nAccept: ${accept}\r\n${head}`)).toBe(status)
      }
    },
  )

  it('because a trusted proxy names another host is compared by that host', async () => {
    const head = `Host: inside:3000\r\nX-Forwarded-Host: app.test\r\nOrigin: https://app.test\r\nCookie: ${SESSION_COOKIE}=x`
    expect(await bareGet(`${head}\r\nAccept: text/event-stream`)).toBe(401)
  })
})

describe('a health check', () => {
  it('that arrives after hundreds of stream requests does not wait for all of them', async () => {
    const { authorization } = await bearer('uno')
    const answered: string[] = []
    const send = (path: string) => {
      const socket = connect(Number(new URL(app.address).port), '127.0.0.1')
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
      )
      socket.once('data', () => answered.push(path))
      socket.resume()
      return once(socket, 'close')
    }
    const all = Array.from({ length: 400 }, () => send(eventsOf('missing0run')))
    await Promise.all([...all, send('/healthz')])
    expect(answered).toHaveLength(401)
    expect(answered.indexOf('/healthz')).toBeLessThan(200)
  })
})

/** The status of a GET of the starting route with just these headers; `fetch` would not send its own `Host`. */
async function bareGet(headers: string): Promise<number> {
  const socket = connect(Number(new URL(app.address).port), '127.0.0.1')
  socket.write(`GET ${START} HTTP/1.1\r\nConnection: close\r\n${headers}\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return Number(text.split(' ')[1])
}
