import type { ProductChange, Run } from '@espejo/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { productChangeSchema } from '../src/http/answer-schemas.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'

const live = useLiveApp()
let tenant: LiveTenant

async function sync(body: object = {}): Promise<Run> {
  await tenant.call('POST', '/api/cianbox/sync/runs', { body })
  return tenant.ended()
}

async function changesAt(path: string): Promise<ProductChange[]> {
  const { status, json } = await tenant.call('GET', path)
  expect(status).toBe(200)
  return json.items.map((item: unknown) => productChangeSchema.strict().parse(item))
}

const changesOf = (run: Run) => changesAt(`/api/cianbox/sync/runs/${run.id}/changes`)
const named = (changes: ProductChange[]) =>
  changes.map(({ kind, cianboxId, name }) => [kind, cianboxId, name]).sort()

beforeAll(async () => {
  tenant = await live.tenant('names')
  await sync()
})

describe('the changes of a run', () => {
  it('have the current names of the products', async () => {
    const nameOf5 = (await tenant.call('GET', '/api/products/5')).json.name
    tenant.erp.edit([3], { producto: 'Martillo viejo' })
    tenant.erp.remove([5], 'gone')
    const first = await sync()
    tenant.erp.edit([3], { producto: 'Martillo nuevo' })
    await sync()
    expect(named(await changesOf(first))).toEqual([
      ['retired', '5', nameOf5],
      ['updated', '3', 'Martillo nuevo'],
    ])
  })

  it('have no name for a product that is not in the mirror: one that a dry run would create', async () => {
    tenant.erp.edit([4], { producto: 'No se guarda' })
    tenant.erp.add(1)
    const nameOf4 = (await tenant.call('GET', '/api/products/4')).json.name
    const run = await sync({ mode: 'full', dryRun: true })
    expect(named(await changesOf(run))).toEqual([
      ['created', expect.any(String), null],
      ['updated', '4', nameOf4],
    ])
  })

  it('of a dry run have the fields of products that would be created', async () => {
    const run = await sync({ mode: 'full', dryRun: true })
    const created = (await changesOf(run)).find(({ kind }) => kind === 'created')
    const added = [...tenant.erp.truth()].at(-1) as unknown as { producto: string; codigo_interno: string }
    expect(created?.fields).toContainEqual({ field: 'name', old: null, new: added.producto })
    expect(created?.fields).toContainEqual({ field: 'sku', old: null, new: added.codigo_interno })
    expect(created?.fields.map(({ field }) => field)).toContain('price')
  })

  it('never have a name from the mirror of another tenant', async () => {
    const other = await live.tenant('neighbour', { account: { products: 10 } })
    await other.call('POST', '/api/cianbox/sync/runs')
    await other.ended()
    tenant.erp.edit([7])
    const run = await sync()
    await withTenant(live.app.database.pool, tenant.id, (tx) =>
      tx.query('DELETE FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = 7', [tenant.id]),
    )
    expect((await other.call('GET', '/api/products/7')).status).toBe(200)
    expect((await changesOf(run)).find(({ cianboxId }) => cianboxId === '7')?.name).toBeNull()
  })
})

describe('the history of a product', () => {
  it('has its name in every change', async () => {
    const names = (await changesAt('/api/products/3/history')).map(({ name }) => name)
    expect(names).toEqual(['Martillo nuevo', 'Martillo nuevo'])
  })
})
