import type { Run } from '@espejo/contract'
import type { Fault } from '@espejo/simulator'
import { until } from '@espejo/tooling/until'
import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'

const live = useLiveApp()
const { app } = live
const RUNS = '/api/cianbox/sync/runs'
const HOUR_MS = 3_600_000
const SECONDS = 60

/** 1,000 products, 100 per page. */
const tenant = (name: string, account: { products?: number; dialect?: 'v2' | 'simple' } = {}) =>
  live.tenant(name, {
    account: { products: 1000, ...account },
    connection: { pageSize: 100, dialect: account.dialect ?? 'v2' },
  })

/** Starts a run and waits until it has ended or a guard is open. */
async function sync(of: LiveTenant, body: { mode?: string; ids?: string[] } = {}): Promise<Run> {
  const { json } = await of.call('POST', RUNS, { body })
  return of.newest(
    ({ id, endedAt, status }) => id === json.id && (endedAt !== null || status === 'paused'),
    SECONDS,
  )
}

async function mirrored(name: string): Promise<LiveTenant> {
  const of = await tenant(name)
  expect(await sync(of)).toMatchObject({ status: 'complete', created: 1000 })
  return of
}

async function ids(sql: string, of: LiveTenant): Promise<number[]> {
  const { rows } = await withTenant(app.database.pool, of.id, (tx) => tx.query<{ id: number }>(sql, [of.id]))
  return rows.map(({ id }) => id)
}

const retired = (of: LiveTenant) =>
  ids(
    'SELECT cianbox_id::int AS id FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NOT NULL',
    of,
  )

const retiredBrands = (of: LiveTenant) =>
  ids(
    `SELECT cianbox_id::int AS id FROM catalog.reference_items
      WHERE tenant_id = $1 AND kind = 'brands' AND retired_at IS NOT NULL`,
    of,
  )

/** Holds after any wrong answer: no existing product is retired, and after `complete` the mirror equals the source. */
async function expectNoFalsehood(of: LiveTenant, run: Run): Promise<void> {
  const truth = truthOf(of.erp)
  expect((await retired(of)).filter((id) => truth.has(id))).toEqual([])
  const mirror = await mirrorOf(app.database.pool, of.id)
  if (run.status === 'complete') {
    expect([run.status, [...truth.keys()].filter((id) => !mirror.has(id))]).toEqual(['complete', []])
    expect(mirror).toEqual(truth)
  } else {
    expect(['error', 'cancelled', 'paused']).toContain(run.status)
  }
}

describe('a first load', () => {
  it.each<[string, string, Fault[]]>([
    ['a', 'the last page is answered empty once', [{ kind: 'empty-page', page: 10, byId: false, times: 1 }]],
    [
      'b1',
      'the last page is refused twice with an error in a 200',
      [{ kind: 'status-error', page: 10, byId: false, times: 2 }],
    ],
    [
      'b2',
      'the last page is refused with five errors of the server',
      [{ kind: 'server-error', page: 10, byId: false, times: 5 }],
    ],
    [
      'c1',
      'a page in the middle is once said to be behind the end',
      [{ kind: 'empty-page', page: 5, claims: 'one', byId: false, times: 1 }],
    ],
    [
      'c2',
      'from the sixth request on there are said to be no pages',
      [{ kind: 'empty-page', claims: 'zero', byId: false, fromNth: 6 }],
    ],
    [
      'c3',
      'the first page is empty every time, in every order',
      [{ kind: 'empty-page', page: 1, claims: 'before', byId: false }],
    ],
    [
      'd1',
      'pages hold half of what is asked for from the sixth request on',
      [{ kind: 'limit-shrinks', limit: 50, byId: false, fromNth: 6 }],
    ],
    [
      'd2',
      'a page in the middle is once shorter than the others',
      [{ kind: 'short-page', page: 5, rows: 40, byId: false, times: 1 }],
    ],
  ])(
    '%s: does not end complete with less than everything when %s',
    async (name, _, faults) => {
      const of = await tenant(`lies-${name}`)
      for (const fault of faults) of.erp.inject(fault)
      await expectNoFalsehood(of, await sync(of))
    },
    90_000,
  )

  it.each(['simple', 'v2'] as const)(
    'e: does not end complete with less than everything when the order is ignored and the total lags (%s)',
    async (dialect) => {
      const of = await tenant(`lies-e-${dialect}`, { dialect })
      of.erp.inject({ kind: 'order-ignored' })
      of.erp.inject({ kind: 'total-lags', rows: 400, byId: false })
      await expectNoFalsehood(of, await sync(of))
    },
    90_000,
  )

  it('p: keeps its ledger balanced when a row is rejected in the walk and valid in the drift', async () => {
    const of = await tenant('lies-p')
    of.erp.edit([5])
    of.erp.inject({ kind: 'poison-row', poison: 'no-name', id: 5, order: 'id-asc' })
    const run = await sync(of)
    expect(run.status).toBe('complete')
    expect(Math.min(run.created, run.updated, run.unchanged, run.errors)).toBeGreaterThanOrEqual(0)
    expect(await mirrorOf(app.database.pool, of.id)).toEqual(truthOf(of.erp))
  }, 90_000)
})

describe('a request by id', () => {
  const asked = Array.from({ length: 200 }, (_, i) => String(i + 1))

  it.each<[string, string, Fault]>([
    ['f1', 'it is answered empty once', { kind: 'empty-page', byId: true, times: 1 }],
    ['f2', 'a quarter of the rows comes once', { kind: 'short-page', rows: 50, byId: true, times: 1 }],
    [
      'f3',
      'the rows come with an id that cannot be read once',
      { kind: 'nameless-rows', byId: true, times: 1 },
    ],
    [
      'f3-some',
      'some rows come with an id that cannot be read, every time',
      { kind: 'nameless-rows', rows: 5, byId: true },
    ],
  ])(
    '%s: retires nothing that is there when %s',
    async (name, _, fault) => {
      const of = await mirrored(`lies-${name}`)
      of.erp.inject(fault)
      const run = await sync(of, { mode: 'ids', ids: asked })
      expect(await retired(of)).toEqual([])
      if (!fault.kind.startsWith('nameless')) await expectNoFalsehood(of, run)
    },
    90_000,
  )

  it('g: retires no existing product when one answer of a sweep is empty', async () => {
    const of = await mirrored('lies-g')
    of.erp.inject({ kind: 'short-page', page: 5, rows: 1, byId: false, times: 1 })
    of.erp.inject({ kind: 'empty-page', byId: true, times: 1 })
    await expectNoFalsehood(of, await sync(of))
  }, 90_000)

  it('h: retires no existing product when many notifications get empty answers', async () => {
    const of = await mirrored('lies-h')
    const { json } = await of.call('PUT', '/api/cianbox/connection/webhook')
    of.erp.inject({ kind: 'empty-page', byId: true })
    for (let from = 1; from <= 1000; from += 200) {
      const id = Array.from({ length: 200 }, (_, i) => String(from + i))
      const body = { event: 'productos', created: '2026-05-24 10:58:44', id, endpoint: 'productos' }
      expect((await app.send('POST', new URL(json.url).pathname, { body })).status).toBe(200)
    }
    live.pass(5)
    await live.runDueTimers()
    const run = await of.newest(
      ({ mode, endedAt, status }) => mode === 'ids' && (endedAt !== null || status === 'paused'),
      SECONDS,
    )
    await expectNoFalsehood(of, run)
  }, 90_000)
})

describe('a reference list', () => {
  it('i1: keeps its items when one answer is empty', async () => {
    const of = await mirrored('lies-i1')
    of.erp.inject({ kind: 'empty-page', route: '/productos/marcas', times: 1 })
    await expectNoFalsehood(of, await sync(of))
    expect(await retiredBrands(of)).toEqual([])
  }, 90_000)

  it('i2: when only it is refused, the run goes on', async () => {
    const of = await tenant('lies-i2')
    of.erp.inject({ kind: 'forbidden', route: '/general/cotizaciones' })
    const run = await sync(of)
    expect(run).toMatchObject({ status: 'complete', created: 1000 })
    await expectNoFalsehood(of, run)
  }, 90_000)
})

describe('an incremental run', () => {
  it('k: finds edits while a row is dated 2099, and after the ERP has corrected it', async () => {
    const of = await mirrored('lies-k')
    of.erp.setClockOffset(73 * 366 * 24 * HOUR_MS)
    of.erp.edit([7])
    of.erp.setClockOffset(0)
    await sync(of, { mode: 'incremental' })
    of.erp.edit([20, 30])
    await expectNoFalsehood(of, await sync(of, { mode: 'incremental' }))
    of.erp.edit([7])
    await expectNoFalsehood(of, await sync(of))
    of.erp.edit([40, 50])
    await expectNoFalsehood(of, await sync(of, { mode: 'incremental' }))
  }, 90_000)

  // A first page of 25 places with 22 rows, and a total of one page.
  it('finds every edit when the total is always wrong and rows are left out by rule', async () => {
    const of = await live.tenant('lies-left-out', {
      account: { products: 25, switches: { hiddenEvery: 7, pagePastEnd: 'last' } },
      connection: { pageSize: 25 },
    })
    await sync(of)
    const edited = [1, 2, 4, 6, 8, 12, 23]
    of.erp.edit(edited)
    of.erp.add(21)
    of.erp.inject({ kind: 'total-fixed', pages: 0, byId: false })
    expect(await sync(of, { mode: 'incremental' })).toMatchObject({ status: 'complete' })
    const mirror = await mirrorOf(app.database.pool, of.id)
    expect(edited.map((id) => mirror.get(id))).toEqual(edited.map((id) => truthOf(of.erp).get(id)))
  }, 90_000)

  it.each([1, 2, 5, 20, 25])(
    'completes over a catalogue of %i products, all of them new',
    async (products) => {
      const of = await live.tenant(`tiny-${products}`, {
        account: { products },
        connection: { pageSize: 25 },
      })
      await sync(of)
      of.erp.edit([1])
      expect(await sync(of, { mode: 'incremental' })).toMatchObject({ status: 'complete', updated: 1 })
    },
  )

  it('t: reads only changes after a first run that was cancelled in its drift', async () => {
    const of = await tenant('lies-t')
    const take = of.erp.inject({ kind: 'hang', order: 'modified-date-desc', times: 1 })
    const { json } = await of.call('POST', RUNS, { body: {} })
    await until(() => of.erp.faults().some(({ strikes }) => strikes > 0), SECONDS)
    await of.call('POST', `${RUNS}/${json.id}/cancel`)
    expect(await of.ended(SECONDS)).toMatchObject({ status: 'cancelled' })
    take()
    expect(await sync(of)).toMatchObject({ status: 'complete' })
    of.erp.resetCounts()
    const run = await sync(of, { mode: 'incremental' })
    await expectNoFalsehood(of, run)
    expect(of.erp.counts().byRoute['GET /productos']).toBeLessThanOrEqual(2)
  }, 90_000)

  it('u: finds an edit after a long walk when the ERP’s clock is two hours late', async () => {
    const of = await tenant('lies-u')
    of.erp.inject({ kind: 'hang', ms: 1500, page: 3, order: 'id-asc', times: 1 })
    const { json } = await of.call('POST', RUNS, { body: {} })
    await until(() => of.erp.faults().some(({ strikes }) => strikes > 0), SECONDS)
    // Twenty minutes pass between the edit that the walk misses and the one that it reads.
    of.erp.setClockOffset(-2.4 * HOUR_MS)
    of.erp.edit([1000])
    of.erp.setClockOffset(-2 * HOUR_MS)
    of.erp.edit([5])
    const run = await of.newest(({ id, endedAt }) => id === json.id && endedAt !== null, SECONDS)
    expect(run.status).toBe('complete')
    await expectNoFalsehood(of, await sync(of, { mode: 'incremental' }))
  }, 90_000)
})
