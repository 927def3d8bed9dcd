import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureTenant } from '../src/accounts/account-store.js'
import { withTenant } from '../src/db/pool.js'
import { guardBreakdown, listGuardItems } from '../src/runs/guard-items.js'
import {
  findGuard,
  findOpenGuard,
  type GuardQuestion,
  isConfirmed,
  openGuard,
  writeDecision,
} from '../src/runs/guard-store.js'
import { claimRun, type HeldRun, SupersededError } from '../src/runs/held-run.js'
import { insertRun } from '../src/runs/run-store.js'
import { requeueUnfinished } from '../src/webhooks/pending-store.js'
import { useDatabase } from './support/database.js'

const database = useDatabase()
const PRODUCTS = { kind: 'retire', subject: 'products' } as const
const BRANDS = { kind: 'retire', subject: 'brands' } as const
const ids = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1))
const question = (more: Partial<GuardQuestion> = {}): GuardQuestion => ({
  ...PRODUCTS,
  ids: ['3', '1', '2'],
  of: 10,
  limit: 0.15,
  ...more,
})

let held: HeldRun
beforeAll(async () => {
  await ensureTenant(database.pool, 'uno', 'Uno')
  await ensureTenant(database.pool, 'dos', 'Dos')
  held = await begun('uno', 'run1')
})

async function begun(tenantId: string, id: string): Promise<HeldRun> {
  const run = { id, mode: 'ids' as const, dryRun: false, requestedIds: ids(6), startedBy: null }
  await withTenant(database.pool, tenantId, (tx) => insertRun(tx, tenantId, run))
  const claimed = await claimRun(database.pool, tenantId, id)
  if (!claimed) throw new Error('not claimed')
  return claimed
}

const inUno = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(database.pool, 'uno', work)
const open = (more?: Partial<GuardQuestion>) => inUno((tx) => openGuard(tx, held, question(more)))
const find = () => inUno((tx) => findGuard(tx, 'uno', held.id))
const decide = (decision: 'confirmed' | 'refused') =>
  inUno((tx) => writeDecision(tx, 'uno', held.id, decision, null))
const covers = (shown: readonly string[], topic: Pick<GuardQuestion, 'kind' | 'subject'> = PRODUCTS) =>
  inUno((tx) => isConfirmed(tx, held, { ...topic, ids: shown }))

describe('a guard', () => {
  it('with the same ids keeps its revision; with other ids it has a new one', async () => {
    await open()
    const first = await find()
    await open({ ids: ['1', '2', '3', '3'] })
    expect(await find()).toMatchObject({ count: 3, revision: first?.revision, decision: null })
    await open({ ids: ['1', '2', '4'] })
    expect(await find()).toMatchObject({ count: 3, revision: (first?.revision ?? 0) + 1 })
  })

  it('that was decided and is opened again has a new revision and no decision', async () => {
    await open()
    await decide('confirmed')
    const { revision } = (await find()) ?? { revision: 0 }
    await open()
    expect(await find()).toMatchObject({ revision: revision + 1, decision: null, decidedAt: null })
    expect(await covers(['1'])).toBe(false)
  })

  it('deletes the undecided guards of its run, and keeps the decided ones', async () => {
    await open()
    await open({ ...BRANDS, ids: ['9'] })
    expect(await inUno((tx) => findOpenGuard(tx, 'uno', held.id))).toMatchObject(BRANDS)
    await decide('confirmed')
    await open()
    expect(await covers(['9'], BRANDS)).toBe(true)
    await decide('refused')
    expect(await inUno((tx) => findOpenGuard(tx, 'uno', held.id))).toBeNull()
    expect(await covers(['1', '2', '3'])).toBe(false)
  })

  it('is not opened by a worker that has lost the run', async () => {
    const late = { ...held, epoch: held.epoch - 1 }
    await expect(inUno((tx) => openGuard(tx, late, question()))).rejects.toThrow(SupersededError)
  })

  it('is invisible to other tenants', async () => {
    await open()
    const seen = await withTenant(database.pool, 'dos', async (tx) => [
      await findGuard(tx, 'uno', held.id),
      await findGuard(tx, 'dos', held.id),
      await isConfirmed(tx, { tenantId: 'dos', id: held.id }, { ...PRODUCTS, ids: [] }),
    ])
    expect(seen).toEqual([null, null, false])
  })

  it('a confirmation covers exactly the ids of the guard', async () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 12 }).map(String), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(some, some, async (shown, wanted) => {
        await open({ ids: shown })
        await decide('confirmed')
        expect(await covers(wanted)).toBe(wanted.every((id) => shown.includes(id)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('the items of a guard', () => {
  beforeAll(() =>
    inUno(async (tx) => {
      await tx.query(
        `INSERT INTO catalog.products (tenant_id, cianbox_id, name, sku, category_name, price, stock, is_active,
                is_parent, image_urls, raw, content_hash, search_text)
         SELECT 'uno', i, 'Látex ' || i, 'SKU-' || i, CASE i % 3 WHEN 0 THEN NULL ELSE 'Rubro ' || i % 3 END,
                10.50, 0, true, false, '{}', '{}', '\\x00', 'latex ' || i
           FROM generate_series(1, 5000) i`,
      )
      await tx.query(
        `INSERT INTO catalog.reference_items (tenant_id, kind, cianbox_id, name, is_active, raw, content_hash)
         SELECT 'uno', 'brands', i, 'Sello ' || chr(96 + i), true, '{}', '\\x00' FROM generate_series(1, 20) i`,
      )
    }),
  )

  const list = (topic: typeof PRODUCTS | typeof BRANDS, filter = {}, limit = 7) =>
    inUno(async (tx) => {
      const all: string[] = []
      let after: { sortText: string; cianboxId: string } | null = null
      for (;;) {
        const rows: Awaited<ReturnType<typeof listGuardItems>> = await listGuardItems(
          tx,
          'uno',
          held.id,
          topic,
          filter,
          limit,
          after,
        )
        all.push(...rows.map(({ cianboxId }) => cianboxId))
        const last = rows.at(-1)
        if (!last) return all
        after = last
      }
    })

  it('contain each id once, also those that the mirror does not have', async () => {
    await open({ ids: [...ids(40), '999999'] })
    const all = await list(PRODUCTS)
    expect(all).toHaveLength(41)
    expect(new Set(all)).toEqual(new Set([...ids(40), '999999']))
  })

  it('are searched by words without accents, and by whole codes, without wildcards', async () => {
    await open({ ids: ids(40) })
    expect(await list(PRODUCTS, { search: 'LATEX 17' })).toEqual(['17'])
    expect(await list(PRODUCTS, { search: 'SKU-8' })).toEqual(['8'])
    expect(await list(PRODUCTS, { search: '%' })).toEqual([])
    expect(await list(PRODUCTS, { category: 'Rubro 1' })).toHaveLength(14)
  })

  it('can be thousands, counted by category', async () => {
    await open({ ids: ids(5000), of: 6000 })
    expect(await find()).toMatchObject({ count: 5000 })
    expect(await list(PRODUCTS, {}, 2000)).toHaveLength(5000)
    expect(await inUno((tx) => guardBreakdown(tx, 'uno', held.id, PRODUCTS))).toEqual([
      { name: 'Rubro 1', count: 1667 },
      { name: 'Rubro 2', count: 1667 },
      { name: null, count: 1666 },
    ])
    await decide('confirmed')
    expect([await covers(ids(5000)), await covers(ids(5001))]).toEqual([true, false])
  })

  it('of a reference list have names, and no categories', async () => {
    await open({ ...BRANDS, ids: ids(12), of: 20 })
    expect(await list(BRANDS)).toEqual(ids(12))
    expect(await list(BRANDS, { search: 'SELLO c' })).toEqual(['3'])
    expect(await inUno((tx) => guardBreakdown(tx, 'uno', held.id, BRANDS))).toEqual([])
  })
})

it('refused products are not pending notifications again; the others are', async () => {
  await open({ ids: ['1', '2'] })
  await decide('refused')
  await inUno(async (tx) => {
    await tx.query(`UPDATE app.runs SET status = 'error', ended_at = now(), notified_ids = 'carried'`)
    await requeueUnfinished(tx, 'uno', new Date())
    const { rows } = await tx.query<{ id: string }>(
      'SELECT cianbox_id::text AS id FROM app.pending_products ORDER BY cianbox_id',
    )
    expect(rows.map(({ id }) => id)).toEqual(['3', '4', '5', '6'])
  })
})

it('is deleted with its run', async () => {
  await inUno((tx) => tx.query('DELETE FROM app.runs'))
  expect(await find()).toBeNull()
})
