import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)

const start = async (tenantId: string, mode: 'full' | 'ids', ids: number[] | null = null) => {
  const request = { mode, dryRun: false, ids: ids?.map(String) ?? null, startedBy: null }
  return (await service.control.start(tenantId, request)).run.id
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const question = (tenantId: string, runId: string) =>
  withTenant(database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query(
      `SELECT kind, subject, cardinality(ids) AS count, of_total AS of, earlier FROM app.run_guards WHERE run_id = $1`,
      [runId],
    )
    return rows
  })

const listed = (tenantId: string, kind: string) =>
  withTenant(database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM catalog.reference_items WHERE kind = $1 AND retired_at IS NULL`,
      [kind],
    )
    return rows[0]?.count
  })

const say = (tenantId: string, runId: string, decision: 'confirmed' | 'refused') =>
  service.control.decideGuard(tenantId, runId, { decision, decidedBy: null })

describe('a run by ids', () => {
  it('opens a guard before it retires more than the limit, and retires after a confirmation', async () => {
    const account = await service.addTenant('ids')
    await service.sync('ids')
    account.remove(range(1, 80), 'gone')
    const run = await start('ids', 'ids', range(1, 100))
    expect(await service.paused('ids', run)).toMatchObject({
      retired: 0,
      waiting: { reason: 'sweep_confirmation' },
    })
    expect(await question('ids', run)).toMatchObject([
      { kind: 'retire', subject: 'products', count: 80, of: 450 },
    ])
    await say('ids', run, 'confirmed')
    expect(await service.ended('ids', run)).toMatchObject({ status: 'complete', retired: 80 })
    expect(await mirrorOf(database.pool, 'ids')).toEqual(truthOf(account))
  })

  it('adds the retirements of the last day', async () => {
    const account = await service.addTenant('day')
    await service.sync('day')
    account.remove(range(1, 90), 'gone')
    expect(await service.ended('day', await start('day', 'ids', range(1, 60)))).toMatchObject({ retired: 60 })
    const second = await start('day', 'ids', range(61, 90))
    expect(await service.paused('day', second)).toMatchObject({ retired: 0 })
    expect(await question('day', second)).toMatchObject([{ count: 30, of: 390, earlier: 60 }])
    await say('day', second, 'refused')
    expect(await service.ended('day', second)).toMatchObject({ error: { code: 'guard_refused' }, retired: 0 })
  })

  it('does not count retirements that a person has confirmed', async () => {
    const account = await service.addTenant('said')
    await service.sync('said')
    account.remove(range(1, 150), 'gone')
    const first = await start('said', 'ids', range(1, 100))
    await service.paused('said', first)
    await say('said', first, 'confirmed')
    expect(await service.ended('said', first)).toMatchObject({ retired: 100 })
    expect(await service.ended('said', await start('said', 'ids', range(101, 150)))).toMatchObject({
      retired: 50,
    })
  })

  it('opens a guard where no product is known to exist, whatever the limit', async () => {
    const account = await service.addTenant('alone', { products: 3 })
    await service.sync('alone')
    await withTenant(database.pool, 'alone', (tx) =>
      tx.query(`INSERT INTO app.schedules (tenant_id, sweep_guard_percent) VALUES ('alone', 100)`),
    )
    account.inject({ kind: 'empty-page' })
    const run = await start('alone', 'ids', [1, 2, 3])
    expect(await service.paused('alone', run)).toMatchObject({ retired: 0 })
  })

  it('mirrors the ids that the source answers, and rejects the one whose requests fail', async () => {
    const account = await service.addTenant('spoiled')
    await service.sync('spoiled')
    account.edit(range(1, 150))
    account.inject({ kind: 'server-error', asksFor: 77 })
    const run = await service.ended('spoiled', await start('spoiled', 'ids', range(1, 150)))
    expect(run).toMatchObject({ status: 'complete', updated: 149, errors: 1, retired: 0 })
  })
})

describe('a reference list', () => {
  it('is fetched again before any item of it is retired', async () => {
    const account = await service.addTenant('list')
    await service.sync('list')
    const brands = await listed('list', 'brands')
    account.inject({ kind: 'empty-page', route: '/productos/marcas', times: 1 })
    expect(await service.sync('list')).toMatchObject({ status: 'complete' })
    expect(await listed('list', 'brands')).toBe(brands)
  })

  it('that is empty in two answers waits for a decision, which does not cover products', async () => {
    const account = await service.addTenant('brands')
    await service.sync('brands')
    const brands = await listed('brands', 'brands')
    account.inject({ kind: 'empty-page', route: '/productos/marcas' })
    account.remove(range(1, 200), 'gone')
    const run = await start('brands', 'full')
    expect(await service.paused('brands', run)).toMatchObject({ waiting: { reason: 'guard' } })
    expect(await listed('brands', 'brands')).toBe(brands)
    await say('brands', run, 'confirmed')
    await service.reached('brands', run, ({ waiting }) => waiting?.reason === 'sweep_confirmation')
    expect(await listed('brands', 'brands')).toBe(0)
    expect((await mirrorOf(database.pool, 'brands')).size).toBe(450)
  })

  it('that the account may not read neither ends the run nor changes the mirror', async () => {
    const account = await service.addTenant('forbidden')
    await service.sync('forbidden')
    const rates = await listed('forbidden', 'exchange_rates')
    account.inject({ kind: 'forbidden', route: '/general/cotizaciones' })
    expect(await service.sync('forbidden')).toMatchObject({ status: 'complete' })
    expect(await listed('forbidden', 'exchange_rates')).toBe(rates)
  })
})
