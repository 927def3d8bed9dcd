import type { Run } from '@espejo/contract'
import type { Fault } from '@espejo/simulator'
import { until } from '@espejo/tooling/until'
import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { webhookLeftSchema, webhookSchema } from '../src/http/answer-schemas.js'
import { addPending } from '../src/webhooks/pending-store.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'

let isPublic = true
const live = useLiveApp({ publicUrl: (address) => (isPublic ? `${address}/` : null) })
const { app } = live
const WEBHOOK = '/api/cianbox/connection/webhook'

async function register(tenant: LiveTenant): Promise<string> {
  const { status, json } = await tenant.call('PUT', WEBHOOK)
  expect(status).toBe(200)
  return new URL(json.url).pathname
}

const notify = (path: string, ids: readonly (number | string)[], event = 'productos') =>
  app.send('POST', path, {
    body: { event, created: '2026-05-24 10:58:44', id: ids.map(String), endpoint: event },
  })

/** Sends all ids in notifications of 200, as the ERP does. */
async function notifyAll(path: string, count: number) {
  for (let from = 1; from <= count; from += 200) {
    const ids = Array.from({ length: Math.min(200, count - from + 1) }, (_, i) => from + i)
    expect((await notify(path, ids)).status).toBe(200)
  }
}

async function pendingOf(tenant: LiveTenant): Promise<number> {
  return withTenant(app.database.pool, tenant.id, async (tx) => {
    const { rows } = await tx.query('SELECT FROM app.pending_products WHERE tenant_id = $1', [tenant.id])
    return rows.length
  })
}

async function firstLoad(tenant: LiveTenant): Promise<Run> {
  await tenant.call('POST', '/api/cianbox/sync/runs')
  return tenant.ended()
}

/** Ends a burst and handles the due timers. */
async function processPending() {
  live.pass(5)
  await live.runDueTimers()
}

describe('a notification', () => {
  it('to an unknown URL is a 404, and with an invalid body a 400', async () => {
    const tenant = await live.tenant('bodies')
    const path = await register(tenant)
    const unknown = await notify(`/api/webhooks/cianbox/${'x'.repeat(43)}`, [1])
    expect([unknown.status, unknown.json.code]).toEqual([404, 'not_found'])
    for (const rawBody of ['', 'productos', '[]', '{"id":["1"]}', '{"event":"productos","id":{}}']) {
      const answer = await app.send('POST', path, { rawBody })
      expect([rawBody, answer.status]).toEqual([rawBody, 400])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
    const long = JSON.stringify({ event: 'productos', id: ['1'.repeat(300_000)] })
    expect((await app.send('POST', path, { rawBody: long })).status).toBe(413)
    expect(await pendingOf(tenant)).toBe(0)
  })

  it('is answered with 200 for any event and any content type', async () => {
    const tenant = await live.tenant('events')
    const path = await register(tenant)
    for (const event of ['pedidos', 'estados', 'categorias', 'algo_nuevo']) {
      expect((await notify(path, [1], event)).status).toBe(200)
    }
    expect(await pendingOf(tenant)).toBe(0)
    const plain = await app.send('POST', path, {
      rawBody: '{"event":"productos","id":["7","7","no"]}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(plain.status).toBe(200)
    expect(await pendingOf(tenant)).toBe(1)
    expect((await tenant.call('GET', WEBHOOK)).json.lastReceivedAt).toBe(live.now().toISOString())
  })

  it('with invalid product ids counts those and fetches the others only', async () => {
    const tenant = await live.tenant('impossible')
    const path = await register(tenant)
    expect((await notify(path, [0, 3, '9007199254740992', '1'.repeat(18), 'x'])).status).toBe(200)
    expect(await pendingOf(tenant)).toBe(1)
    await notify(path, [0], 'categorias')
    expect((await tenant.call('GET', WEBHOOK)).json.ignoredIds).toBe(4)
    const addZero = withTenant(app.database.pool, tenant.id, (tx) =>
      addPending(tx, tenant.id, ['0'], live.now()),
    )
    await expect(addZero).rejects.toThrow('is_product_id')
    await processPending()
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', status: 'complete', created: 1 })
  })

  it('of one tenant does not affect another', async () => {
    const [mine, theirs] = [await live.tenant('mine'), await live.tenant('theirs')]
    const path = await register(mine)
    await register(theirs)
    await notify(path, [1, 2])
    expect([await pendingOf(mine), await pendingOf(theirs)]).toEqual([2, 0])
  })

  it('of a former account of the tenant is ignored', async () => {
    const tenant = await live.tenant('moved')
    const path = await register(tenant)
    const form = { cuenta: 'events', appName: 'a', appCode: 'b', user: 'demo', password: 'demo' }
    await tenant.call('PUT', '/api/cianbox/connection', { body: form })
    expect((await notify(path, [1])).status).toBe(200)
    expect(await pendingOf(tenant)).toBe(0)
    expect((await tenant.call('GET', WEBHOOK)).json.registered).toBe(false)
  })
})

describe('a burst of ten thousand notified products', () => {
  it('becomes one run of fifty requests', async () => {
    const tenant = await live.tenant('burst', { account: { products: 10_000 } })
    const path = await register(tenant)
    tenant.erp.resetCounts()
    await notifyAll(path, 10_000)
    // No run starts during the burst.
    expect(await live.runDueTimers()).toBe(0)
    expect(await tenant.runs()).toEqual([])
    await processPending()
    const run = await tenant.ended(80)
    expect(run).toMatchObject({ mode: 'ids', status: 'complete', created: 10_000, startedBy: null })
    expect(tenant.erp.counts().byRoute['GET /productos']).toBe(50)
    expect(await pendingOf(tenant)).toBe(0)
    await processPending()
    expect(await tenant.runs()).toHaveLength(1)
  }, 100_000)

  it('that does not end delays the run by 30 s at most', async () => {
    const tenant = await live.tenant('restless')
    const path = await register(tenant)
    for (let second = 0; second < 31; second++) {
      await notify(path, [second + 1])
      live.pass(1)
      await live.runDueTimers()
      if ((await tenant.runs()).length > 0) break
    }
    expect((await tenant.runs())[0]).toMatchObject({ mode: 'ids' })
  })
})

describe('notified products', () => {
  it('wait while a full run is active, and none is lost', async () => {
    const tenant = await live.tenant('waiting', { account: { latencyMs: 50 } })
    await firstLoad(tenant)
    const path = await register(tenant)
    await tenant.call('POST', '/api/cianbox/sync/runs')
    await notifyAll(path, 450)
    await processPending()
    expect(await pendingOf(tenant)).toBe(450)
    expect(await tenant.ended()).toMatchObject({ mode: 'full', status: 'complete' })
    await processPending()
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', status: 'complete', seen: 450 })
  })

  it('are requeued when their run fails, and tried again after a backoff', async () => {
    const tenant = await live.tenant('failing')
    await firstLoad(tenant)
    const path = await register(tenant)
    tenant.erp.inject({ kind: 'forbidden' })
    await notify(path, [1, 2, 3])
    await processPending()
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', status: 'error' })
    expect(await pendingOf(tenant)).toBe(0)
    await processPending()
    expect(await pendingOf(tenant)).toBe(3)
    await processPending()
    expect((await tenant.runs()).length).toBe(2)

    tenant.erp.clearFaults()
    live.pass(15 * 60)
    await processPending()
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', status: 'complete', seen: 3 })
    expect(await pendingOf(tenant)).toBe(0)
  })

  it('are requeued when a person cancels their run', async () => {
    const tenant = await live.tenant('cancelling', { account: { products: 2000, latencyMs: 200 } })
    const path = await register(tenant)
    await notifyAll(path, 2000)
    await processPending()
    const [run] = await tenant.runs()
    await tenant.call('POST', `/api/cianbox/sync/runs/${run?.id}/cancel`)
    expect(await tenant.ended()).toMatchObject({ status: 'cancelled' })
    await processPending()
    expect(await pendingOf(tenant)).toBe(2000)
  })

  it('start one run when several nodes handle timers at once', async () => {
    const tenant = await live.tenant('nodes')
    const path = await register(tenant)
    const others = [await live.node(), await live.node(), await live.node()]
    await notifyAll(path, 400)
    live.pass(5)
    await Promise.all([live.runDueTimers(), ...others.map((node) => live.runDueTimers({ node }))])
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', seen: 400 })
    expect((await tenant.runs()).length).toBe(1)
  })
})

describe('the webhook of a connection', () => {
  it('is registered at the ERP, shown, kept and removed', async () => {
    const tenant = await live.tenant('round')
    const none = { registered: false, url: null, events: [], lastReceivedAt: null, ignoredIds: 0 }
    expect((await tenant.call('GET', WEBHOOK)).json).toEqual(none)

    const first = await tenant.call('PUT', WEBHOOK)
    expect(webhookSchema.parse(first.json)).toMatchObject({ registered: true, lastReceivedAt: null })
    expect(first.json.url).toMatch(/^http:\/\/[\d.:]+\/api\/webhooks\/cianbox\/[\w-]{43}$/)
    expect(first.json.events).toContain('productos')
    expect((await tenant.call('PUT', WEBHOOK)).json).toEqual(first.json)
    expect((await tenant.call('GET', WEBHOOK)).json).toEqual(first.json)

    expect((await tenant.call('DELETE', WEBHOOK)).status).toBe(204)
    expect((await tenant.call('DELETE', WEBHOOK)).status).toBe(204)
    expect((await tenant.call('GET', WEBHOOK)).json).toEqual(none)
    expect((await notify(new URL(first.json.url).pathname, [1])).status).toBe(404)
    tenant.erp.edit([1])
    await tenant.erp.webhooksSettled()
    expect(tenant.erp.deliveries()).toEqual([])
  })

  it('shows its URL only to users who may change it, and stores it encrypted', async () => {
    const tenant = await live.tenant('sealed')
    const { json } = await tenant.call('PUT', WEBHOOK)
    const secret = json.url.split('/').at(-1)
    const asOperator = await (await app.as('sealed', 'operator'))('GET', WEBHOOK)
    expect(asOperator.json).toMatchObject({ registered: true, url: null })
    const { rows } = await withTenant(app.database.pool, 'sealed', (tx) =>
      tx.query<{ whole: string }>(
        `SELECT encode(secret_sealed, 'escape') || encode(secret_hash, 'escape') AS whole FROM app.webhooks`,
      ),
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.whole).not.toContain(secret)
  })

  it('replaces the URL of another system only with `replace`', async () => {
    const tenant = await live.tenant('taken')
    const other = await live.tenant('other')
    const theirs = (await other.call('PUT', WEBHOOK)).json.url
    const form = { cuenta: 'other', appName: 'a', appCode: 'b', user: 'demo', password: 'demo' }
    await tenant.call('PUT', '/api/cianbox/connection', { body: form })
    const refused = await tenant.call('PUT', WEBHOOK)
    expect([refused.status, refused.json.code]).toEqual([409, 'webhook_taken'])
    expect((await tenant.call('GET', WEBHOOK)).json.registered).toBe(false)
    const taken = await tenant.call('PUT', WEBHOOK, { body: { replace: true } })
    expect(taken.status).toBe(200)
    // The first tenant does not remove a URL that is not its own any more.
    expect((await other.call('DELETE', WEBHOOK)).status).toBe(204)
    other.erp.edit([1])
    await other.erp.webhooksSettled()
    expect(other.erp.deliveries()).toMatchObject([{ outcome: 'delivered' }])
    expect(theirs).not.toBe(taken.json.url)
  })

  it('needs the public URL of this server', async () => {
    const tenant = await live.tenant('private')
    isPublic = false
    const answer = await tenant.call('PUT', WEBHOOK)
    isPublic = true
    expect([answer.status, answer.json.code]).toEqual([422, 'public_url_missing'])
    expect(answer.json.detail).toContain('ESPEJO_PUBLIC_URL')
  })

  it('needs a connection, and reports the ERP’s error', async () => {
    const uno = await app.as('uno')
    expect((await uno('PUT', WEBHOOK)).json.code).toBe('connection_missing')
    const tenant = await live.tenant('refused')
    tenant.erp.suspend(true)
    const answer = await tenant.call('PUT', WEBHOOK)
    expect([answer.status, answer.json.code]).toEqual([502, 'upstream_forbidden'])
    expect(answer.json.detail).toContain('suspendida')
  })
})

describe('a connection that is deleted', () => {
  const CONNECTION = '/api/cianbox/connection'

  async function expectForgotten(tenant: LiveTenant, path: string) {
    expect((await tenant.call('GET', CONNECTION)).status).toBe(404)
    expect((await tenant.call('GET', WEBHOOK)).json).toMatchObject({ registered: false, url: null })
    expect((await notify(path, [1])).status).toBe(404)
    const { rows } = await withTenant(app.database.pool, tenant.id, (tx) =>
      tx.query('SELECT FROM app.webhooks'),
    )
    expect(rows).toEqual([])
  }

  it('removes its URL from the ERP, and the URL becomes a 404', async () => {
    const tenant = await live.tenant('deleted')
    const path = await register(tenant)
    expect((await tenant.call('DELETE', CONNECTION)).status).toBe(204)
    await expectForgotten(tenant, path)
    tenant.erp.edit([1])
    await tenant.erp.webhooksSettled()
    expect(tenant.erp.deliveries()).toEqual([])
  })

  it('sends no request when nothing was registered', async () => {
    const tenant = await live.tenant('silent')
    tenant.erp.resetCounts()
    expect((await tenant.call('DELETE', CONNECTION)).status).toBe(204)
    expect(tenant.erp.counts().total).toBe(0)
  })

  it('keeps the URL of another system', async () => {
    const tenant = await live.tenant('polite')
    const other = await live.tenant('holder')
    await register(other)
    const form = { cuenta: 'holder', appName: 'a', appCode: 'b', user: 'demo', password: 'demo' }
    await tenant.call('PUT', CONNECTION, { body: form })
    expect((await tenant.call('PUT', WEBHOOK)).json.code).toBe('webhook_taken')
    expect((await tenant.call('DELETE', CONNECTION)).status).toBe(204)
    other.erp.edit([1])
    await other.erp.webhooksSettled()
    expect(other.erp.deliveries()).toMatchObject([{ outcome: 'delivered' }])
  })

  it.each<[string, Fault, string, RegExp]>([
    ['is broken', { kind: 'server-error' }, 'upstream_server_error', /no respondió bien/],
    ['cuts the line', { kind: 'reset' }, 'upstream_unreachable', /no respondió bien/],
    ['hangs', { kind: 'hang' }, 'upstream_timeout', /no respondió bien/],
    ['lets us in no more', { kind: 'forbidden' }, 'upstream_forbidden', /no aceptó las credenciales/],
  ])(
    'is deleted even when the ERP %s, and the response says what is left',
    async (what, fault, code, why) => {
      const tenant = await live.tenant(`left-${what.replaceAll(' ', '-')}`)
      const path = await register(tenant)
      await notify(path, [1, 2])
      tenant.erp.inject({ ...fault, route: '*' })
      const { status, json } = await tenant.call('DELETE', CONNECTION)
      expect(status).toBe(200)
      expect(webhookLeftSchema.strict().parse(json).code).toBe(code)
      expect(json.message).toMatch(why)
      await expectForgotten(tenant, path)
      // Ids that were notified before stay pending for the next connection.
      expect(await pendingOf(tenant)).toBe(2)
      tenant.erp.clearFaults()
      tenant.erp.edit([1])
      await tenant.erp.webhooksSettled()
      expect(tenant.erp.deliveries().at(-1)).toMatchObject({ status: 404 })
    },
  )

  it('is deleted even when its password is not readable', async () => {
    const tenant = await live.tenant('unreadable')
    const path = await register(tenant)
    await withTenant(app.database.pool, tenant.id, (tx) =>
      tx.query(`UPDATE app.connections SET password_sealed = '\\x00'`),
    )
    const { status, json } = await tenant.call('DELETE', CONNECTION)
    expect([status, json.code]).toEqual([200, 'password_unreadable'])
    await expectForgotten(tenant, path)
  })

  it('can be created and notified again', async () => {
    const tenant = await live.tenant('again')
    const before = await register(tenant)
    await tenant.call('DELETE', CONNECTION)
    const form = { cuenta: 'again', appName: 'a', appCode: 'b', user: 'demo', password: 'demo' }
    await tenant.call('PUT', CONNECTION, { body: form })
    expect((await tenant.call('GET', WEBHOOK)).json.registered).toBe(false)
    const after = await register(tenant)
    expect(after).not.toBe(before)
    expect((await notify(after, [1])).status).toBe(200)
  })
})

describe('a change at the ERP', () => {
  it('reaches the mirror without a person', async () => {
    const tenant = await live.tenant('whole')
    await firstLoad(tenant)
    await register(tenant)
    tenant.erp.edit([3, 4], { producto: 'MARTILLO NUEVO' })
    tenant.erp.remove([5], 'gone')
    tenant.erp.add(1)
    await tenant.erp.webhooksSettled()
    await processPending()
    expect(await tenant.ended()).toMatchObject({
      mode: 'ids',
      status: 'complete',
      updated: 2,
      created: 1,
      retired: 1,
    })
    await until(async () => (await mirrorOf(app.database.pool, 'whole')).size === 450)
    expect(await mirrorOf(app.database.pool, 'whole')).toEqual(truthOf(tenant.erp))
  })
})
