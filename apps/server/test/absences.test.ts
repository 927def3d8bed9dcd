import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)

async function sync(tenantId: string, ids: string[] | null = null) {
  const { run } = await service.control.start(tenantId, {
    mode: ids ? 'ids' : 'full',
    ids,
    dryRun: false,
    startedBy: null,
  })
  return service.reached(tenantId, run.id, ({ endedAt, status }) => endedAt !== null || status === 'paused')
}

describe('the products known to exist that an answer by id must contain', () => {
  it('exclude products whose requests fail', async () => {
    const account = await service.addTenant('failing-control')
    await sync('failing-control')
    account.remove([7], 'gone')
    account.inject({ kind: 'server-error', asksFor: 9 })
    // No page of the run contains any product but the one whose requests fail.
    expect(await sync('failing-control', ['7', '9'])).toMatchObject({
      status: 'complete',
      retired: 1,
      errors: 1,
    })
    expect((await mirrorOf(database.pool, 'failing-control')).has(9)).toBe(true)
  })

  it('are sampled from the whole mirror, since the newest may have been deleted together', async () => {
    const account = await service.addTenant('newest-gone')
    await sync('newest-gone')
    account.remove([7, 445, 446, 447, 448, 449, 450], 'gone')
    expect(await sync('newest-gone', ['7'])).toMatchObject({ status: 'complete', retired: 1 })
  })

  it('are several in a small catalogue too, since one of them may have been deleted', async () => {
    const account = await service.addTenant('few-known', { products: 12 })
    await sync('few-known')
    account.remove([4, 5, 12], 'gone')
    expect(await sync('few-known', ['5'])).toMatchObject({ status: 'complete', retired: 1 })
  })
})

describe('an empty list', () => {
  it('is not believed where products exist by id, even after a person has confirmed', async () => {
    const account = await service.addTenant('empty-list')
    await sync('empty-list')
    account.inject({ kind: 'empty-page', byId: false, claims: 'zero' })
    const asking = await sync('empty-list')
    expect(asking).toMatchObject({ status: 'paused', waiting: { reason: 'sweep_confirmation' } })
    await service.control.decideGuard('empty-list', asking.id, { decision: 'confirmed', decidedBy: null })
    expect(await service.ended('empty-list', asking.id)).toMatchObject({
      error: { code: 'incomplete_pass' },
      retired: 0,
    })
    expect(await mirrorOf(database.pool, 'empty-list')).toEqual(truthOf(account))
  })
})

describe('a truthful source', () => {
  it('may delete a product during a walk, although all its products have just been modified', async () => {
    const account = await service.addTenant('all-recent', { products: 400 }, { pageSize: 50 })
    account.edit(400)
    account.inject({ kind: 'hang', page: 3, times: 1 })
    const { run } = await service.control.start('all-recent', {
      mode: 'full',
      ids: null,
      dryRun: false,
      startedBy: null,
    })
    await service.reached('all-recent', run.id, ({ page }) => page >= 2)
    account.remove([399], 'gone')
    expect(await service.ended('all-recent', run.id)).toMatchObject({ status: 'complete' })
    const mirror = await mirrorOf(database.pool, 'all-recent')
    // The walk saw it before; the next run retires it.
    mirror.delete(399)
    expect(mirror).toEqual(truthOf(account))
  })

  it.each([2, 3, 11])(
    'may leave out every %ith row and say nothing of how many pages it has',
    async (hiddenEvery) => {
      const tenant = `hidden-${hiddenEvery}`
      const switches = { hiddenEvery, pagingFields: false }
      const account = await service.addTenant(tenant, { products: 582, switches })
      expect(await sync(tenant)).toMatchObject({ status: 'complete' })
      const shown = [...truthOf(account).keys()].filter((id) => id % hiddenEvery !== 0)
      expect([...(await mirrorOf(database.pool, tenant)).keys()].sort((a, b) => a - b)).toEqual(shown)
    },
  )
})

describe('a reference list that loses some of its items in each run', () => {
  async function listOf(tenant: string) {
    const account = await service.addTenant(tenant)
    await sync(tenant)
    const brands = account.lists().marcas.length
    return {
      brands,
      lose(count: number) {
        account.clearFaults()
        account.inject({
          kind: 'short-page',
          route: '/productos/marcas',
          rows: brands - count,
          keep: 'first',
        })
      },
      async listed() {
        const { rows } = await withTenant(database.pool, tenant, (tx) =>
          tx.query<{ count: number }>(
            `SELECT count(*)::int AS count FROM catalog.reference_items WHERE kind = 'brands' AND retired_at IS NULL`,
          ),
        )
        return rows[0]?.count
      },
    }
  }

  // Of 86 brands 15 % are 12.
  it('opens a guard as if they had been removed at once', async () => {
    const { brands, lose, listed } = await listOf('by-and-by')
    lose(10)
    expect(await sync('by-and-by')).toMatchObject({ status: 'complete' })
    lose(20)
    expect(await sync('by-and-by')).toMatchObject({ status: 'paused', waiting: { reason: 'guard' } })
    expect(await listed()).toBe(brands - 10)
  })

  it('does not count items that a person has confirmed', async () => {
    const { brands, lose, listed } = await listOf('confirmed-list')
    lose(20)
    const asking = await sync('confirmed-list')
    expect(asking).toMatchObject({ status: 'paused' })
    await service.control.decideGuard('confirmed-list', asking.id, { decision: 'confirmed', decidedBy: null })
    expect(await service.ended('confirmed-list', asking.id)).toMatchObject({ status: 'complete' })
    lose(29)
    expect(await sync('confirmed-list')).toMatchObject({ status: 'complete' })
    expect(await listed()).toBe(brands - 29)
  })
})
