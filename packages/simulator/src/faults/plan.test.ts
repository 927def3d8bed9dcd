import { describe, expect, test } from 'vitest'
import { faulty } from '../../test/faulty.js'
import { type Params, start } from '../../test/start.js'
import type { Fault } from './fault.js'
import { createFaultPlan } from './plan.js'

describe('which requests a fault applies to', () => {
  const statuses = async (fault: Fault, requests: [string, Params?][]) => {
    const { get } = await faulty(fault)
    const got: number[] = []
    for (const [path, params] of requests) got.push((await get(path, params)).status)
    return got
  }

  test('without a target, every request for products and no other', async () => {
    expect(
      await statuses({ kind: 'server-error' }, [['/productos'], ['/productos/lista'], ['/productos/marcas']]),
    ).toEqual([500, 500, 200])
  })

  test('a route, or any', async () => {
    const requests: [string][] = [['/productos'], ['/productos/marcas/lista']]
    expect(await statuses({ kind: 'server-error', route: '/productos/marcas' }, requests)).toEqual([200, 500])
    expect(await statuses({ kind: 'server-error', route: '*' }, requests)).toEqual([500, 500])
  })

  test('a page, or those from a page on', async () => {
    const requests: [string, Params][] = [1, 2, 3].map((page) => ['/productos', { page, limit: 50 }])
    expect(await statuses({ kind: 'server-error', page: 2 }, requests)).toEqual([200, 500, 200])
    expect(await statuses({ kind: 'server-error', fromPage: 2 }, requests)).toEqual([200, 500, 500])
  })

  test('an order, requests with or without ids, one id among the requested ones', async () => {
    const requests: [string, Params?][] = [
      ['/productos', { order: 'id-desc' }],
      ['/productos', { id: '1,2' }],
      ['/productos', { id: '3' }],
    ]
    expect(await statuses({ kind: 'server-error', order: 'id-desc' }, requests)).toEqual([500, 200, 200])
    expect(await statuses({ kind: 'server-error', byId: true }, requests)).toEqual([200, 500, 500])
    expect(await statuses({ kind: 'server-error', byId: false }, requests)).toEqual([500, 200, 200])
    expect(await statuses({ kind: 'server-error', asksFor: 2 }, requests)).toEqual([200, 500, 200])
  })

  test('from the n-th on', async () => {
    const requests: [string][] = [['/productos'], ['/productos'], ['/productos']]
    expect(await statuses({ kind: 'server-error', fromNth: 2 }, requests)).toEqual([200, 500, 500])
  })

  test('the n-th, or a number of them', async () => {
    const requests: [string][] = [['/productos'], ['/productos'], ['/productos']]
    expect(await statuses({ kind: 'server-error', nth: 2 }, requests)).toEqual([200, 500, 200])
    expect(await statuses({ kind: 'server-error', times: 2 }, requests)).toEqual([500, 500, 200])
  })

  test('a share, the same each time for the same seed', () => {
    const applied = (seed: number) => {
      const plan = createFaultPlan(seed)
      plan.inject({ kind: 'server-error', rate: 0.3 })
      return Array.from(
        { length: 500 },
        () => plan.activeFor({ route: '/productos', page: 1, order: null, ids: null }).answer !== undefined,
      )
    }
    expect(applied(7)).toEqual(applied(7))
    expect(applied(7)).not.toEqual(applied(8))
    const share = applied(7).filter(Boolean).length / 500
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.4)
  })

  test('none after it is removed or all are cleared; strikes are counted', async () => {
    const { get, account } = await start({ products: 5 })
    const remove = account.inject({ kind: 'server-error' })
    expect((await get('/productos')).status).toBe(500)
    expect(account.faults()).toEqual([{ fault: { kind: 'server-error' }, strikes: 1 }])
    remove()
    expect((await get('/productos')).status).toBe(200)
    account.inject({ kind: 'html-ok' })
    account.clearFaults()
    expect(account.faults()).toEqual([])
  })
})
