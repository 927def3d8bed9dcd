import type { ChangedProduct, ChangesData, List, ProductChange } from '@espejo/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Tenant, useDeployment } from './support/deployment.js'
import { openStream } from './support/stream.js'

describe('a stream with `changes=1`', () => {
  const espejo = useDeployment()
  const STREAM = '/api/cianbox/sync/products/stream'
  let url: string
  let tenant: Tenant

  beforeAll(async () => {
    await espejo.start('all', espejo.ports[0])
    url = `http://127.0.0.1:${espejo.ports[0]}`
    tenant = await espejo.addTenant('cambios', 0)
  })

  /** Runs a sync to its end, and returns the data of the `changes` events of its stream. */
  async function sync(query: string): Promise<ChangesData[]> {
    const stream = await openStream(`${url}${STREAM}${query}`, { authorization: `Bearer ${tenant.token}` })
    await stream.event('complete')
    await stream.over
    return stream.events
      .filter(({ event }) => event === 'changes')
      .map(({ data }) => JSON.parse(data) as ChangesData)
  }

  it('gets only `null` during a first load, several times', async () => {
    const changes = await sync('?changes=1')
    expect(changes.length).toBeGreaterThan(2)
    expect(changes.filter(({ products }) => products !== null)).toEqual([])
  })

  it('gets `null` first, and then each changed product', async () => {
    tenant.account.edit(7)
    tenant.account.add(2)
    tenant.account.remove([41, 42, 43], 'gone')
    const [begin, ...changes] = await sync('?changes=1')
    expect(begin).toEqual({ products: null })
    const products = changes.flatMap((one) => one.products ?? [])
    expect(kinds(products)).toEqual({ updated: 7, created: 2, retired: 3 })

    const [run] = await espejo.runs('cambios')
    const answer = await fetch(`${url}/api/cianbox/sync/runs/${run?.id}/changes?limit=100`, {
      headers: { authorization: `Bearer ${tenant.token}` },
    })
    const { items } = (await answer.json()) as List<ProductChange>
    const logged = items.map(({ cianboxId, kind }) => ({ id: cianboxId, kind }))
    expect(sorted(products)).toEqual(sorted(logged))
  })

  it('gets no product when nothing changes', async () => {
    expect(await sync('?changes=1')).toEqual([{ products: null }])
  })

  it('is the only one that gets changes', async () => {
    tenant.account.edit(3)
    expect(await sync('')).toEqual([])
    expect(await sync('?changes=0')).toEqual([])
  })

  it('is refused for any value but 0 and 1', async () => {
    const answer = await fetch(`${url}${STREAM}?changes=tal-vez`, {
      headers: { authorization: `Bearer ${tenant.token}`, accept: 'text/event-stream' },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'invalid_query' })
    const runs = await espejo.runs('cambios')
    expect(runs.every(({ status }) => status === 'complete')).toBe(true)
  })
})

function kinds(products: readonly ChangedProduct[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of products) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function sorted(products: readonly Pick<ChangedProduct, 'id' | 'kind'>[]) {
  return products.map(({ id, kind }) => `${id} ${kind}`).sort()
}
