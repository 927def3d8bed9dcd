import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)

const query = <T extends object>(tenantId: string, sql: string, values: unknown[] = []) =>
  withTenant(database.pool, tenantId, async (tx) => (await tx.query<T>(sql, values)).rows)

async function sync(
  tenantId: string,
  request: { mode?: 'full' | 'incremental' | 'ids'; ids?: string[]; dryRun?: boolean },
) {
  const { run } = await service.control.start(tenantId, {
    mode: request.mode ?? 'full',
    ids: request.ids ?? null,
    dryRun: request.dryRun ?? false,
    startedBy: null,
  })
  return service.ended(tenantId, run.id)
}

describe('an incremental run', () => {
  it('reads changes since the watermark and no older ones', async () => {
    const account = await service.addTenant('inc', { products: 2000 }, { pageSize: 200 })
    await sync('inc', {})
    account.edit(10)
    account.resetCounts()
    const run = await sync('inc', { mode: 'incremental' })
    expect(run).toMatchObject({ status: 'complete', updated: 10, percent: 100 })
    expect(account.counts().total).toBeLessThanOrEqual(3)
    expect(await mirrorOf(database.pool, 'inc')).toEqual(truthOf(account))
  })

  it('reads a thousand changes in at most eight requests', async () => {
    const account = await service.addTenant('inc1000', { products: 3000 }, { pageSize: 200 })
    await sync('inc1000', {})
    account.edit(1000)
    account.resetCounts()
    const run = await sync('inc1000', { mode: 'incremental' })
    expect(run).toMatchObject({ status: 'complete', updated: 1000 })
    expect(account.counts().total).toBeLessThanOrEqual(8)
    expect(await mirrorOf(database.pool, 'inc1000')).toEqual(truthOf(account))
  })

  it.each([
    ['one page comes back empty', { kind: 'empty-page', times: 1 }],
    ['the total says that there is but one page', { kind: 'total-pages-shrinking', by: 30 }],
  ] as const)('does not take it for the end when %s', async (_, fault) => {
    const tenant = `inc-${fault.kind}`
    const account = await service.addTenant(tenant, { products: 600 }, { pageSize: 20 })
    await sync(tenant, {})
    account.edit(100)
    account.inject(fault)
    expect(await sync(tenant, { mode: 'incremental' })).toMatchObject({ status: 'complete', updated: 100 })
    expect(await mirrorOf(database.pool, tenant)).toEqual(truthOf(account))
  })

  it('misses no change when products that it has read are deleted meanwhile', async () => {
    const account = await service.addTenant('inc-shift', { products: 600 }, { pageSize: 50 })
    await sync('inc-shift', {})
    account.edit(200)
    // The second page is slow, and products of the first are deleted by then.
    account.inject({ kind: 'hang', page: 2, times: 1 })
    const { run } = await service.control.start('inc-shift', {
      mode: 'incremental',
      ids: null,
      dryRun: false,
      startedBy: null,
    })
    await service.reached('inc-shift', run.id, ({ page }) => page === 1)
    const [first] = await query<{ ids: string[] }>(
      'inc-shift',
      'SELECT ids::text[] FROM app.run_pages WHERE run_id = $1',
      [run.id],
    )
    const gone = (first?.ids.slice(10, 20) ?? []).map(Number)
    account.remove(gone, 'gone')
    expect(await service.ended('inc-shift', run.id)).toMatchObject({ status: 'complete', updated: 200 })
    const mirror = await mirrorOf(database.pool, 'inc-shift')
    for (const id of gone) mirror.delete(id)
    expect(mirror).toEqual(truthOf(account))
  })

  it('ends with upstream_paging where the list of changes repeats itself endlessly', async () => {
    const account = await service.addTenant('inc-endless', { products: 60 }, { pageSize: 20 })
    await sync('inc-endless', {})
    account.edit(60)
    account.inject({ kind: 'endless-page', fromPage: 1 })
    expect(await sync('inc-endless', { mode: 'incremental' })).toMatchObject({
      status: 'error',
      error: { code: 'upstream_paging' },
    })
    account.clearFaults()
    expect(await sync('inc-endless', { mode: 'incremental' })).toMatchObject({ status: 'complete' })
    expect(await mirrorOf(database.pool, 'inc-endless')).toEqual(truthOf(account))
  })

  it('walks the whole catalogue when the source stops sorting by modification during the scan', async () => {
    const account = await service.addTenant('inc-fallback', { products: 600 }, { pageSize: 50 })
    await sync('inc-fallback', {})
    account.edit(300)
    account.inject({ kind: 'hang', page: 3, times: 1 })
    const { run } = await service.control.start('inc-fallback', {
      mode: 'incremental',
      ids: null,
      dryRun: false,
      startedBy: null,
    })
    await service.reached('inc-fallback', run.id, ({ page }) => page >= 2)
    await service.control.pause('inc-fallback', run.id)
    await service.paused('inc-fallback', run.id)
    account.inject({ kind: 'order-ignored', order: 'modified-date-desc' })
    await service.control.resume('inc-fallback', run.id)
    // Each product counts once.
    expect(await service.ended('inc-fallback', run.id)).toMatchObject({
      status: 'complete',
      updated: 300,
      unchanged: 300,
    })
    expect(await mirrorOf(database.pool, 'inc-fallback')).toEqual(truthOf(account))
  })

  it('without a watermark walks the whole catalogue', async () => {
    const account = await service.addTenant('inc-first')
    expect(await sync('inc-first', { mode: 'incremental' })).toMatchObject({
      status: 'complete',
      created: 450,
    })
    expect(await mirrorOf(database.pool, 'inc-first')).toEqual(truthOf(account))
  })

  it('misses a stock change that the source does not date, and the next full run repairs it', async () => {
    const account = await service.addTenant('undated', { switches: { stockMovesUpdated: false } })
    await sync('undated', {})
    account.moveStock([5], 3)
    expect(await sync('undated', { mode: 'incremental' })).toMatchObject({ updated: 0 })
    expect(await sync('undated', {})).toMatchObject({ updated: 1 })
    expect(await mirrorOf(database.pool, 'undated')).toEqual(truthOf(account))
  })
})

describe('a full run', () => {
  it('of an unchanged catalogue sends one request per page and list, and at most three more', async () => {
    const account = await service.addTenant('frugal', { products: 5000 }, { pageSize: 200 })
    await sync('frugal', {})
    account.resetCounts()
    expect(await sync('frugal', {})).toMatchObject({ status: 'complete', unchanged: 5000 })
    const { total, byRoute } = account.counts()
    const lists = Object.entries(byRoute).filter(([route]) =>
      /categorias|marcas|listas|temporadas|sucursales|cotizaciones/.test(route),
    )
    const ofLists = lists.reduce((sum, [, n]) => sum + n, 0)
    expect(total).toBeLessThanOrEqual(25 + ofLists + 3)
  })
})

describe('a run by ids', () => {
  it('mirrors those products and retires the deleted ones', async () => {
    const account = await service.addTenant('ids')
    await sync('ids', {})
    account.edit([3, 4])
    account.remove([5], 'gone')
    expect(await sync('ids', { mode: 'ids', ids: ['3', '4', '5', '6'] })).toMatchObject({
      status: 'complete',
      updated: 2,
      unchanged: 1,
      retired: 1,
    })
    expect(await mirrorOf(database.pool, 'ids')).toEqual(truthOf(account))
  })
})

describe('a dry run', () => {
  it('reports what would change, and changes nothing', async () => {
    const account = await service.addTenant('dry')
    await sync('dry', {})
    const before = await mirrorOf(database.pool, 'dry')
    account.edit([3], { producto: 'Otro nombre' })
    account.add(2)
    account.remove([5], 'gone')
    const run = await sync('dry', { dryRun: true })
    expect(run).toMatchObject({
      status: 'complete',
      created: 2,
      updated: 1,
      unchanged: 448,
      retired: 1,
    })
    expect(await mirrorOf(database.pool, 'dry')).toEqual(before)
    const report = await query<{ kind: string; fields: object[] }>(
      'dry',
      'SELECT kind, fields FROM app.dry_run_changes WHERE run_id = $1 ORDER BY kind',
      [run.id],
    )
    expect(report.map(({ kind }) => kind)).toEqual(['created', 'created', 'retired', 'updated'])
    expect(report.at(-1)?.fields).toContainEqual(
      expect.objectContaining({ field: 'name', new: 'Otro nombre' }),
    )
    expect(await query('dry', 'SELECT FROM catalog.product_changes')).toEqual([])
  })
})

describe('the change log', () => {
  it('has the changes of a run field by field, and none of a first load', async () => {
    const account = await service.addTenant('log')
    await sync('log', {})
    expect(await query('log', 'SELECT FROM catalog.product_changes')).toEqual([])
    account.moveStock([7], 5)
    account.add(1)
    account.remove([8], 'gone')
    const run = await sync('log', {})
    const changes = await query<{
      id: string
      kind: string
      fields: { field: string; old: string; new: string }[]
    }>(
      'log',
      'SELECT cianbox_id AS id, kind, fields FROM catalog.product_changes WHERE run_id = $1 ORDER BY kind',
      [run.id],
    )
    expect(changes.map(({ kind }) => kind)).toEqual(['created', 'retired', 'updated'])
    const stock = changes.at(-1)?.fields.find(({ field }) => field === 'stock')
    expect(Number(stock?.new) - Number(stock?.old)).toBe(5)
  })
})

describe('a person’s requests', () => {
  it('cancel keeps the committed pages', async () => {
    const account = await service.addTenant('cancelled', { latencyMs: 100, products: 3000 })
    const { run } = await service.control.start('cancelled', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    await service.reached('cancelled', run.id, (now) => now.page >= 2)
    await service.control.cancel('cancelled', run.id)
    const ended = await service.ended('cancelled', run.id)
    expect(ended).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } })
    expect((await mirrorOf(database.pool, 'cancelled')).size).toBe(ended.created)
    expect(account.productCount()).toBeGreaterThan(ended.created)
  })

  it('pause stops after a page, and resume continues there without reading a page twice', async () => {
    const account = await service.addTenant('paused', { latencyMs: 100 })
    const { run } = await service.control.start('paused', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    await service.reached('paused', run.id, (now) => now.page >= 1)
    await service.control.pause('paused', run.id)
    expect(await service.paused('paused', run.id)).toMatchObject({ waiting: { reason: 'paused' } })
    await service.control.resume('paused', run.id)
    expect(await service.ended('paused', run.id)).toMatchObject({ status: 'complete', created: 450 })
    expect(await mirrorOf(database.pool, 'paused')).toEqual(truthOf(account))
  })

  it('a resumed walk does not mistake a deletion of more than a page for a source that repeats pages', async () => {
    const account = await service.addTenant('shrunk', { products: 600, latencyMs: 30 }, { pageSize: 20 })
    const { run } = await service.control.start('shrunk', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    await service.reached('shrunk', run.id, ({ page }) => page >= 4)
    await service.control.pause('shrunk', run.id)
    await service.paused('shrunk', run.id)
    await service.control.resume('shrunk', run.id)
    await service.reached('shrunk', run.id, ({ status, page }) => status === 'running' && page >= 6)
    account.remove(
      Array.from({ length: 45 }, (_, i) => i + 1),
      'gone',
    )
    expect(await service.ended('shrunk', run.id)).toMatchObject({ status: 'complete' })
  })

  it('a confirmed sweep retires the products of its guard', async () => {
    const account = await service.addTenant('confirmed')
    await sync('confirmed', {})
    account.remove(180, 'gone')
    const { run } = await service.control.start('confirmed', {
      mode: 'full',
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    await service.paused('confirmed', run.id)
    await service.control.decideGuard('confirmed', run.id, { decision: 'confirmed', decidedBy: null })
    expect(await service.ended('confirmed', run.id)).toMatchObject({ status: 'complete', retired: 180 })
    expect(await mirrorOf(database.pool, 'confirmed')).toEqual(truthOf(account))
  })
})
