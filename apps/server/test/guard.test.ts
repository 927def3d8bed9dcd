import { until } from '@espejo/tooling/until'
import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { guardSchema, listOf, runSchema } from '../src/http/answer-schemas.js'
import { readLog } from '../src/runs/event-log.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'

const live = useLiveApp()
const { app } = live
const RUNS = '/api/cianbox/sync/runs'
const SCHEDULE = '/api/cianbox/sync/schedule'
const HOUR = 3600
const LISTED = 450
const GONE = 180

const isAsking = ({ waiting }: { waiting: { reason: string } | null }) =>
  waiting?.reason === 'sweep_confirmation'

/** A tenant whose newest run waits for a decision about 180 of 450 products. */
async function asked(name: string): Promise<{ tenant: LiveTenant; id: string; path: string }> {
  const tenant = await live.tenant(name, { account: { products: LISTED } })
  await tenant.call('POST', RUNS)
  await tenant.ended()
  tenant.erp.remove(GONE, 'gone')
  return { tenant, ...(await ask(tenant)) }
}

/** Starts a full run and waits until its guard is open. */
async function ask(tenant: LiveTenant): Promise<{ id: string; path: string }> {
  await tenant.call('POST', RUNS)
  const { id } = await tenant.newest(isAsking)
  return { id, path: `${RUNS}/${id}` }
}

async function guardOf(tenant: LiveTenant, path: string, query = '') {
  const answer = await tenant.call('GET', `${path}/guard${query}`)
  expect(answer.status, answer.text).toBe(200)
  return guardSchema.parse(answer.json)
}

async function listed(tenantId: string): Promise<number> {
  return withTenant(app.database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM catalog.products WHERE retired_at IS NULL',
    )
    return rows[0]?.n ?? 0
  })
}

/** As if the tenant's open guard had been opened long ago, by the database's clock. */
async function outdate(tenantId: string) {
  await withTenant(app.database.pool, tenantId, (tx) =>
    tx.query(`UPDATE app.run_guards SET expires_at = now() - interval '1 second' WHERE decision IS NULL`),
  )
}

describe('an open guard', () => {
  it('returns count, total, limit, products and expiry', async () => {
    const { tenant, path } = await asked('question')
    const guard = await guardOf(tenant, path)
    expect(guard).toMatchObject({
      kind: 'retire',
      subject: 'products',
      count: GONE,
      of: LISTED,
      share: GONE / LISTED,
      limit: 0.15,
      decision: null,
      decidedAt: null,
    })
    expect(Date.parse(guard.expiresAt) - Date.parse(guard.openedAt)).toBe(24 * HOUR * 1000)
    expect(guard.breakdown.reduce((sum, { count }) => sum + count, 0)).toBe(GONE)
    expect(guard.items[0]).toMatchObject({ price: expect.any(String), stock: expect.any(String) })
    expect(await listed('question')).toBe(LISTED)
  })

  it('lists each product once, in pages, and filters by name, code and category', async () => {
    const { tenant, path } = await asked('listed')
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof guardOf>> = await guardOf(
        tenant,
        path,
        `?limit=50${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
      seen.push(...page.items.map(({ cianboxId }) => cianboxId))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(GONE)
    expect(seen).toHaveLength(GONE)

    const guard = await guardOf(tenant, path)
    const [first] = guard.items
    const bySku = await guardOf(tenant, path, `?search=${encodeURIComponent(first?.sku ?? '')}`)
    expect(bySku.items.map(({ cianboxId }) => cianboxId)).toContain(first?.cianboxId)
    expect(bySku.count).toBe(GONE)
    expect((await guardOf(tenant, path, '?search=nosuchproductanywhere')).items).toEqual([])
    const [largest] = guard.breakdown
    const category = encodeURIComponent(largest?.name ?? '')
    const within = await guardOf(tenant, path, `?limit=200&category=${category}`)
    expect(within.items).toHaveLength(largest?.count ?? -1)
    expect(within.items.every(({ categoryName }) => categoryName === largest?.name)).toBe(true)

    const bad = await tenant.call('GET', `${path}/guard?cursor=x`)
    expect([bad.status, bad.json.code]).toEqual([400, 'invalid_cursor'])
  })

  it('is 404 for a run without one, and a decision on such a run changes nothing', async () => {
    const tenant = await live.tenant('unasked', { account: { latencyMs: 100 } })
    const { id } = (await tenant.call('POST', RUNS)).json
    await tenant.newest(({ status }) => status === 'running')
    const answer = await tenant.call('GET', `${RUNS}/${id}/guard`)
    expect([answer.status, answer.json.code]).toEqual([404, 'no_guard'])
    for (const path of ['guard/confirm', 'guard/refuse', 'confirm-sweep']) {
      const done = await tenant.call('POST', `${RUNS}/${id}/${path}`)
      expect([done.status, runSchema.parse(done.json).id]).toEqual([200, id])
    }
    expect(await tenant.ended()).toMatchObject({ status: 'complete' })
  })

  it('is visible to its tenant only, and a viewer may read but not decide', async () => {
    const { tenant, path } = await asked('private')
    const neighbour = await app.as('dos')
    for (const [method, end] of [
      ['GET', '/guard'],
      ['POST', '/guard/confirm'],
      ['POST', '/guard/refuse'],
    ] as const) {
      expect((await neighbour(method, path + end)).json.code).toBe('not_found')
    }
    const viewer = await app.as('private', 'viewer')
    expect((await viewer('GET', `${path}/guard`)).status).toBe(200)
    for (const end of ['/guard/confirm', '/guard/refuse', '/confirm-sweep']) {
      expect((await viewer('POST', path + end)).status).toBe(403)
    }
    expect((await tenant.runs())[0]).toMatchObject({ status: 'paused' })
  })
})

describe('a confirmation', () => {
  it.each(['guard/confirm', 'confirm-sweep'])(
    'by %s retires the products of the guard, once',
    async (end) => {
      const name = `yes-${end.replace(/\W/g, '-')}`
      const { tenant, path } = await asked(name)
      const first = await tenant.call('POST', `${path}/${end}`)
      expect(first.json).toMatchObject({ status: 'queued', waiting: null })
      expect((await tenant.call('POST', `${path}/${end}`)).status).toBe(200)
      expect(await tenant.ended()).toMatchObject({ status: 'complete', retired: GONE })
      expect(await listed(name)).toBe(LISTED - GONE)
      expect(await guardOf(tenant, path)).toMatchObject({
        decision: 'confirmed',
        decidedBy: expect.any(String),
        count: GONE,
      })
    },
  )

  it('covers only the products of the guard: for more, another guard opens', async () => {
    const { tenant, path } = await asked('more')
    // The next worker finds another product in the mirror that the source does not have.
    await withTenant(app.database.pool, 'more', (tx) =>
      tx.query(
        `UPDATE catalog.products SET cianbox_id = 999999 WHERE cianbox_id = (
           SELECT min(p.cianbox_id) FROM catalog.products p
            WHERE NOT EXISTS (SELECT FROM app.run_guards g WHERE p.cianbox_id = ANY (g.ids)))`,
      ),
    )
    const { revision } = await guardOf(tenant, path)
    await tenant.call('POST', `${path}/guard/confirm`)
    await until(async () => (await guardOf(tenant, path)).revision > revision)
    await tenant.newest(isAsking)
    const again = await guardOf(tenant, path)
    expect(again.count).toBeGreaterThan(GONE)
    expect(again.decision).toBeNull()
    // The one whose id was changed is in the mirror again.
    expect(await listed('more')).toBe(LISTED + 1)
  })

  it('of an older revision is refused, so that an outdated page confirms nothing', async () => {
    const { tenant, path } = await asked('stale')
    const { revision } = await guardOf(tenant, path)
    const stale = await tenant.call('POST', `${path}/guard/confirm`, { body: { revision: revision + 1 } })
    expect([stale.status, stale.json.code]).toEqual([409, 'guard_changed'])
    expect((await tenant.runs())[0]).toMatchObject({ status: 'paused' })
    const right = await tenant.call('POST', `${path}/guard/confirm`, { body: { revision } })
    expect(right.json.status).toBe('queued')
    await tenant.ended()
  })

  it('concurrent with a refusal: one of them counts', async () => {
    const { tenant, path } = await asked('both')
    await Promise.all(['confirm', 'refuse'].map((end) => tenant.call('POST', `${path}/guard/${end}`)))
    const run = await tenant.ended()
    const { decision } = await guardOf(tenant, path)
    if (decision === 'confirmed') expect(run).toMatchObject({ status: 'complete', retired: GONE })
    else expect(run).toMatchObject({ error: { code: 'guard_refused' }, retired: 0 })
  })
})

describe('a refusal', () => {
  it('ends the run with guard_refused; nothing is retired, and the next run opens a guard again', async () => {
    const { tenant, id, path } = await asked('no')
    const refused = await tenant.call('POST', `${path}/guard/refuse`)
    expect(runSchema.parse(refused.json)).toMatchObject({
      status: 'error',
      error: { code: 'guard_refused', message: expect.stringContaining('180 productos') },
      waiting: null,
      retired: 0,
    })
    for (const end of ['guard/refuse', 'guard/confirm', 'confirm-sweep', 'resume']) {
      expect((await tenant.call('POST', `${path}/${end}`)).json.status).toBe('error')
    }
    expect(await listed('no')).toBe(LISTED)
    const log = await withTenant(app.database.pool, 'no', (tx) => readLog(tx, 'no', id, 0, 1000))
    expect(log.filter(({ event }) => event === 'error' || event === 'complete')).toHaveLength(1)
    expect(log.at(-1)?.event).toBe('error')
    const next = await ask(tenant)
    expect(await guardOf(tenant, next.path)).toMatchObject({ count: GONE, decision: null })
  })
})

describe('other requests while a guard is open', () => {
  it('resume is no decision: the guard is renewed with its full time', async () => {
    const { tenant, path } = await asked('resumed')
    const before = await guardOf(tenant, path)
    expect((await tenant.call('POST', `${path}/resume`)).json.status).toBe('queued')
    const after = await until(async () => {
      const guard = await guardOf(tenant, path)
      return guard.openedAt > before.openedAt && guard
    })
    await tenant.newest(isAsking)
    expect(after).toMatchObject({ count: GONE, decision: null, revision: before.revision })
    expect(after.expiresAt > before.expiresAt).toBe(true)
    expect(await listed('resumed')).toBe(LISTED)
  })

  it('pause leaves the guard open; a confirmation still counts', async () => {
    const { tenant, path } = await asked('paused')
    expect((await tenant.call('POST', `${path}/pause`)).json.waiting.reason).toBe('sweep_confirmation')
    await tenant.call('POST', `${path}/guard/confirm`)
    expect(await tenant.ended()).toMatchObject({ status: 'complete', retired: GONE })
  })

  it('a confirmation of a run that a person has paused is neither a decision nor a resume', async () => {
    const tenant = await live.tenant('early', { account: { products: LISTED, latencyMs: 50 } })
    await tenant.call('POST', RUNS)
    await tenant.ended()
    tenant.erp.remove(GONE, 'gone')
    const { id } = (await tenant.call('POST', RUNS)).json
    await tenant.call('POST', `${RUNS}/${id}/pause`)
    await tenant.newest(({ status }) => status === 'paused')
    for (const end of ['guard/confirm', 'confirm-sweep', 'guard/refuse']) {
      const { json } = await tenant.call('POST', `${RUNS}/${id}/${end}`)
      expect(json).toMatchObject({ status: 'paused', waiting: { reason: 'paused' } })
    }
    await tenant.call('POST', `${RUNS}/${id}/resume`)
    await tenant.newest(isAsking)
    expect(await listed('early')).toBe(LISTED)
  })

  it('cancel ends the run; a late decision changes nothing, and the guard stays undecided', async () => {
    const { tenant, path } = await asked('cancelled')
    await tenant.call('POST', `${path}/cancel`)
    for (const end of ['guard/confirm', 'guard/refuse']) {
      expect((await tenant.call('POST', `${path}/${end}`)).json.status).toBe('cancelled')
    }
    expect((await guardOf(tenant, path)).decision).toBeNull()
    await outdate('cancelled')
    live.pass(25 * HOUR)
    await live.runDueTimers()
    expect((await tenant.runs())[0]).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } })
  })
})

describe('a guard without a decision', () => {
  it('ends the run with guard_expired by the database’s clock, once, and others can start', async () => {
    const { tenant, id, path } = await asked('expired')
    // A node whose clock is ahead does not end it.
    live.pass(25 * HOUR)
    await live.runDueTimers()
    expect((await tenant.runs())[0]).toMatchObject({ id, status: 'paused' })
    await outdate('expired')
    live.pass(60)
    await Promise.all([live.runDueTimers(), live.runDueTimers({ node: await live.node() })])
    expect((await tenant.runs())[0]).toMatchObject({
      id,
      status: 'error',
      error: { code: 'guard_expired', message: expect.stringContaining('180 productos') },
      retired: 0,
    })
    expect(await guardOf(tenant, path)).toMatchObject({ decision: 'expired', decidedBy: null })
    expect(await listed('expired')).toBe(LISTED)
    expect((await tenant.call('POST', `${path}/guard/confirm`)).json.status).toBe('error')
    expect((await tenant.call('POST', RUNS)).status).toBe(201)
  })

  it('does not expire while a worker holds the run, which renews it first', async () => {
    const { tenant, path } = await asked('busy')
    tenant.erp.setLatency(100)
    await tenant.call('POST', `${path}/resume`)
    await outdate('busy')
    live.pass(25 * HOUR)
    await live.runDueTimers()
    await tenant.newest(isAsking)
    live.pass(25 * HOUR)
    await live.runDueTimers()
    expect((await tenant.runs())[0]).toMatchObject({ status: 'paused' })
  })

  it('expires after the hours of the tenant’s setting', async () => {
    const tenant = await live.tenant('hours', { account: { products: LISTED } })
    const put = await tenant.call('PUT', SCHEDULE, { body: { guardExpiryHours: 3 } })
    expect(put.json).toMatchObject({ guardExpiryHours: 3, sweepGuardPercent: 15 })
    await tenant.call('POST', RUNS)
    await tenant.ended()
    tenant.erp.remove(GONE, 'gone')
    const { path } = await ask(tenant)
    const guard = await guardOf(tenant, path)
    expect(Date.parse(guard.expiresAt) - Date.parse(guard.openedAt)).toBe(3 * HOUR * 1000)
  })

  it.each([0, 721, 1.5, '24'])('rejects a setting of %s hours', async (guardExpiryHours) => {
    const uno = await app.as('uno')
    const { status, json } = await uno('PUT', SCHEDULE, { body: { guardExpiryHours } })
    expect(status).toBe(422)
    expect(json.errors).toEqual([{ path: 'guardExpiryHours', message: expect.stringMatching(/1 a 720/) }])
  })
})

it('the history of a product contains its retirement', async () => {
  const { tenant, path } = await asked('history')
  await tenant.call('POST', `${path}/guard/confirm`)
  await tenant.ended()
  const { items } = listOf(runSchema).parse((await tenant.call('GET', RUNS)).json)
  expect(items[0]).toMatchObject({ created: 0, updated: 0, retired: GONE })
})
