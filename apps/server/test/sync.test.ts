import { isBalanced } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)
const written = (tenantId: string) =>
  withTenant(database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query<{ xmins: string[] }>(
      'SELECT array_agg(DISTINCT xmin::text) AS xmins FROM catalog.products WHERE tenant_id = $1',
      [tenantId],
    )
    return rows[0]?.xmins
  })

describe('a full run', () => {
  it('makes the mirror equal to the source', async () => {
    const account = await service.addTenant('exact')
    const run = await service.sync('exact')
    expect(run).toMatchObject({
      status: 'complete',
      created: 450,
      updated: 0,
      unchanged: 0,
      errors: 0,
      percent: 100,
    })
    expect(await mirrorOf(database.pool, 'exact')).toEqual(truthOf(account))
  })

  it('logs every page, in a gapless log that balances in every frame and ends once', async () => {
    await service.addTenant('told')
    const run = await service.sync('told')
    const events = await service.events('told', run.id)
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => `${run.id}.${i + 1}`))
    expect(events[0]?.event).toBe('start')
    expect(events.filter(({ event }) => event === 'complete' || event === 'error')).toEqual([events.at(-1)])
    const frames = events.flatMap((event) => (event.event === 'progress' ? [event.data] : []))
    expect(frames.every(isBalanced)).toBe(true)
    expect(frames.filter(({ phase }) => phase === 'products').map(({ page }) => page)).toEqual([
      1, 2, 3, 4, 5,
    ])
  })

  it('writes no product row when nothing changed', async () => {
    await service.addTenant('still')
    await service.sync('still')
    const before = await written('still')
    const run = await service.sync('still')
    expect(run).toMatchObject({ status: 'complete', created: 0, updated: 0, unchanged: 450 })
    expect(await written('still')).toEqual(before)
  })

  it('follows edits, additions and both kinds of deletion', async () => {
    const account = await service.addTenant('moving')
    await service.sync('moving')
    account.edit(20)
    account.add(7)
    account.remove(9, 'gone')
    account.remove(5, 'inactive')
    const run = await service.sync('moving')
    expect(run).toMatchObject({ status: 'complete', created: 7, retired: 9 })
    expect(await mirrorOf(database.pool, 'moving')).toEqual(truthOf(account))
  })

  it('misses no product while others are deleted and added during its walk', async () => {
    const account = await service.addTenant('shifting', { products: 1500, latencyMs: 10 }, { pageSize: 50 })
    const atStart = new Set(truthOf(account).keys())
    const { run } = await service.control.start('shifting', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    await service.reached('shifting', run.id, ({ phase, endedAt }) => {
      if (phase === 'products') account.remove(4, 'gone')
      if (phase === 'products') account.add(2)
      return endedAt !== null
    })
    expect(await service.run('shifting', run.id)).toMatchObject({ status: 'complete' })
    const mirror = await mirrorOf(database.pool, 'shifting')
    const truth = truthOf(account)
    expect(truth.size).toBeLessThan(atStart.size)
    const lost = [...truth.keys()].filter((id) => atStart.has(id) && !mirror.has(id))
    expect(lost).toEqual([])
  })

  it('restores a retired product when the source lists it again', async () => {
    const account = await service.addTenant('back')
    await service.sync('back')
    await withTenant(database.pool, 'back', (tx) =>
      tx.query(`UPDATE catalog.products SET retired_at = now() WHERE tenant_id = 'back' AND cianbox_id = 1`),
    )
    const run = await service.sync('back')
    expect(run).toMatchObject({ updated: 1, unchanged: 449 })
    expect(await mirrorOf(database.pool, 'back')).toEqual(truthOf(account))
  })

  it('counts a row whose keys are in another order as unchanged', async () => {
    await service.addTenant('reordered')
    await service.sync('reordered')
    // A hash of the same mapping and of another text, as of a reordered row.
    await withTenant(database.pool, 'reordered', (tx) =>
      tx.query(`UPDATE catalog.products SET content_hash = set_byte(content_hash, 5, 255 - get_byte(content_hash, 5))
                 WHERE tenant_id = 'reordered' AND cianbox_id <= 10`),
    )
    expect(await service.sync('reordered')).toMatchObject({ updated: 0, unchanged: 450 })
    const before = await written('reordered')
    expect(await service.sync('reordered')).toMatchObject({ unchanged: 450 })
    expect(await written('reordered')).toEqual(before)
  })

  it('rewrites every row after the mapping has changed', async () => {
    await service.addTenant('remapped')
    await service.sync('remapped')
    await withTenant(database.pool, 'remapped', (tx) =>
      tx.query(`UPDATE catalog.products SET name = 'x', content_hash = set_byte(content_hash, 0, 0)
                 WHERE tenant_id = 'remapped'`),
    )
    expect(await service.sync('remapped')).toMatchObject({ updated: 450 })
  })

  it('mirrors an empty catalogue, and reports 100 %', async () => {
    await service.addTenant('empty', { products: 0 })
    expect(await service.sync('empty')).toMatchObject({ status: 'complete', totalProcessed: 0, percent: 100 })
  })

  it('mirrors the simple dialect too', async () => {
    const account = await service.addTenant('simple', { dialect: 'simple' })
    expect(await service.sync('simple')).toMatchObject({ status: 'complete', created: 450 })
    expect(await mirrorOf(database.pool, 'simple')).toEqual(truthOf(account))
  })

  it('does not change another tenant’s mirror', async () => {
    const [mine, theirs] = [await service.addTenant('mine'), await service.addTenant('theirs', { seed: 9 })]
    await Promise.all([service.sync('mine'), service.sync('theirs')])
    expect(await mirrorOf(database.pool, 'mine')).toEqual(truthOf(mine))
    expect(await mirrorOf(database.pool, 'theirs')).toEqual(truthOf(theirs))
  })

  it('mirrors the reference lists', async () => {
    const account = await service.addTenant('lists')
    await service.sync('lists')
    const kinds = await withTenant(database.pool, 'lists', async (tx) => {
      const { rows } = await tx.query<{ kind: string; n: number }>(
        `SELECT kind, count(*)::int AS n FROM catalog.reference_items WHERE tenant_id = 'lists' GROUP BY kind`,
      )
      return new Map(rows.map(({ kind, n }) => [kind, n]))
    })
    const { categorias, marcas, sucursales } = account.lists()
    expect(kinds.get('categories')).toBe(categorias.length)
    expect(kinds.get('brands')).toBe(marcas.length)
    expect(kinds.get('branches')).toBe(sucursales.length)
  })
})

describe('invalid rows', () => {
  it('become rejects with their reason while the rest of the page commits', async () => {
    const account = await service.addTenant('poisoned')
    account.inject({ kind: 'poison-row', poison: 'no-name', id: 7 })
    const run = await service.sync('poisoned')
    expect(run).toMatchObject({ status: 'complete', created: 449, errors: 1, seen: 450 })
    const rejects = await withTenant(database.pool, 'poisoned', async (tx) => {
      const { rows } = await tx.query(
        `SELECT cianbox_id, field, reason FROM app.run_rejects WHERE tenant_id = 'poisoned' AND run_id = $1`,
        [run.id],
      )
      return rows
    })
    expect(rejects).toMatchObject([{ cianbox_id: '7', field: 'producto' }])
  })

  it('are counted once when repeated on a page or across pages', async () => {
    const account = await service.addTenant('repeated')
    account.inject({ kind: 'duplicate-in-page', rows: 3, page: 2 })
    account.inject({ kind: 'duplicate-across-pages', rows: 2 })
    const run = await service.sync('repeated')
    account.clearFaults()
    expect(run.status).toBe('complete')
    expect(run.seen).toBeLessThanOrEqual(450)
    expect(await mirrorOf(database.pool, 'repeated')).toEqual(truthOf(account))
  })
})

describe('a faulty source', () => {
  it.each([
    ['unauthorized for ever', { kind: 'unauthorized' }, 'upstream_auth'],
    ['a suspended account', { kind: 'forbidden' }, 'upstream_forbidden'],
    ['HTML with 200', { kind: 'html-ok' }, 'upstream_invalid_response'],
    ['500', { kind: 'server-error' }, 'upstream_server_error'],
    ['a hang', { kind: 'hang' }, 'upstream_timeout'],
    ['a page that repeats for ever', { kind: 'endless-page', fromPage: 2 }, 'upstream_paging'],
  ] as const)('ends the run with its reason and retires nothing: %s', async (what, fault, code) => {
    const tenant = `bad-${what.replace(/\W+/g, '-').toLowerCase()}`
    const account = await service.addTenant(tenant)
    await service.sync(tenant)
    const before = await mirrorOf(database.pool, tenant)
    account.remove(3, 'gone')
    account.inject(fault)
    const run = await service.sync(tenant)
    expect(run).toMatchObject({ status: 'error', error: { code }, retired: 0 })
    expect(await mirrorOf(database.pool, tenant)).toEqual(before)
  })

  it.each([
    ['one 401', { kind: 'unauthorized', times: 1 }],
    ['a passing 500', { kind: 'server-error', times: 2 }],
    ['a passing 429', { kind: 'too-many-requests', retryAfter: 'absent', times: 1 }],
    ['a cut body', { kind: 'cut-body', times: 1 }],
    ['truncated JSON', { kind: 'truncated-json', times: 1 }],
    ['a total that grows', { kind: 'total-pages-growing', by: 1 }],
    ['a total that shrinks', { kind: 'total-pages-shrinking', by: 1 }],
    ['a total that shrinks by more', { kind: 'total-pages-shrinking', by: 3 }],
    ['no totals', { kind: 'total-pages-missing' }],
    ['a middle page always empty', { kind: 'empty-page', page: 3 }],
    ['the page as text', { kind: 'page-as-text' }],
  ] as const)('is survived with the whole truth: %s', async (what, fault) => {
    const tenant = `odd-${what.replace(/\W+/g, '-').toLowerCase()}`
    const account = await service.addTenant(tenant)
    account.inject(fault)
    const run = await service.sync(tenant)
    expect(run).toMatchObject({ status: 'complete', created: 450 })
    expect(await mirrorOf(database.pool, tenant)).toEqual(truthOf(account))
  })

  it.each(['empty', 'error', 'last'] as const)(
    'is walked to its end without totals when behind it lies: %s',
    async (pagePastEnd) => {
      const tenant = `behind-${pagePastEnd}`
      const account = await service.addTenant(tenant, { products: 300, switches: { pagePastEnd } })
      account.inject({ kind: 'total-pages-missing' })
      expect(await service.sync(tenant)).toMatchObject({ status: 'complete', created: 300 })
    },
  )

  it('opens a guard before a sweep that would retire too much', async () => {
    const account = await service.addTenant('guarded')
    await service.sync('guarded')
    account.remove(180, 'gone')
    const { run } = await service.control.start('guarded', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    const paused = await service.paused('guarded', run.id)
    expect(paused).toMatchObject({ retired: 0, waiting: { reason: 'sweep_confirmation' } })
    expect((await mirrorOf(database.pool, 'guarded')).size).toBe(450)
  })

  it('without a connection ends with instructions for the operator', async () => {
    await withTenant(database.pool, 'bare', (tx) =>
      tx.query(`INSERT INTO app.tenants (tenant_id, name) VALUES ('bare', 'bare')`),
    )
    expect(await service.sync('bare')).toMatchObject({
      status: 'error',
      error: { code: 'connection_missing' },
    })
  })
})
