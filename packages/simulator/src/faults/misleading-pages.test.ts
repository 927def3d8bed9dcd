import { describe, expect, test } from 'vitest'
import { faulty, page2 } from '../../test/faulty.js'
import { type Params, start } from '../../test/start.js'
import type { Claim, Fault } from './fault.js'

const idsOf = ({ body }: { body: Record<string, unknown>[] }) => body.map(({ id }) => id)
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe('pages with wrong totals or rows', () => {
  test.each([
    ['stale', 4],
    ['here', 2],
    ['before', 1],
    ['one', 1],
    ['zero', 0],
    ['more', 5],
  ] as [Claim, number][])('empty-page, and the totals claim: %s', async (claims, pages) => {
    const { list } = await faulty({ kind: 'empty-page', page: 2, claims })
    expect(await list('/productos', page2)).toMatchObject({ page: 2, total_pages: pages, body: [] })
  })

  test('the simple dialect’s total is the same', async () => {
    const { get, account } = await start({ products: 200, dialect: 'simple' })
    account.inject({ kind: 'short-page', rows: 10, claims: 'here' })
    const { total, data } = (await (await get('/productos', page2)).json()) as { total: number; data: [] }
    expect([total, data.length]).toEqual([60, 10])
  })

  test.each([
    [{ rows: 3 }, [51, 52, 53]],
    [{ rows: 2, keep: 'last' }, [99, 100]],
    [{ rows: 3, keep: 'ends' }, [51, 52, 100]],
    [{ share: 0.04, keep: 'last' }, [99, 100]],
    [{ rows: 0 }, []],
  ] as const)('short-page %j', async (parameters, left) => {
    const { list } = await faulty({ kind: 'short-page', ...parameters })
    const answer = await list('/productos', page2)
    expect([idsOf(answer), answer.total_pages]).toEqual([left, 4])
  })

  test('total-fixed and total-lags', async () => {
    const { list, account } = await faulty({ kind: 'total-fixed', pages: 2 })
    const pages = async () => (await list('/productos', page2)).total_pages
    expect([await pages(), await pages()]).toEqual([2, 2])
    account.clearFaults()
    account.inject({ kind: 'total-lags', rows: 51 })
    expect([await pages(), await pages()]).toEqual([3, 3])
    account.clearFaults()
    account.inject({ kind: 'total-lags', rows: -1 })
    expect(await pages()).toBe(5)
  })

  test('limit-shrinks, from a request on, with matching or stale totals', async () => {
    const { list, account } = await faulty({ kind: 'limit-shrinks', limit: 20, fromNth: 2 })
    expect(idsOf(await list('/productos', page2))).toEqual(from(51, 100))
    const shrunk = await list('/productos', page2)
    expect([idsOf(shrunk), shrunk.total_pages]).toEqual([from(21, 40), 10])
    account.clearFaults()
    account.inject({ kind: 'limit-shrinks', limit: 20, isTotalStale: true })
    expect((await list('/productos', page2)).total_pages).toBe(4)
  })

  test('order-ignored does not affect requests by id', async () => {
    const { list } = await faulty({ kind: 'order-ignored' })
    expect(idsOf(await list('/productos', { ...page2, order: 'id-desc' }))).toEqual(from(51, 100))
    expect(idsOf(await list('/productos', { id: '7,9', order: 'id-desc' }))).toEqual([9, 7])
  })

  test.each([
    [0, [53, 53, 54]],
    [1, [52, 52, 54]],
    [-1, [52, 53, 53]],
    [7, [52, 53, 54]],
  ])('row-replaced at %i', async (index, ids) => {
    const { list } = await faulty({ kind: 'row-replaced', index })
    expect(idsOf(await list('/productos', { limit: 3, page: 18 }))).toEqual(ids)
  })

  test('other-page', async () => {
    const { list, truth } = await faulty({ kind: 'other-page', shows: 3, page: 2 })
    expect(await list('/productos', page2)).toMatchObject({ page: 2, total_pages: 4, body: truth(3) })
  })
})

describe('wrong responses by id', () => {
  const byIds: Params = { id: '3,5,7', limit: 200 }
  const answered = async (fault: Fault) => {
    const { list } = await faulty({ byId: true, ...fault })
    expect(idsOf(await list('/productos', { limit: 2 }))).toEqual([1, 2])
    return idsOf(await list('/productos', byIds))
  }

  test('empty, partial, without valid ids, other rows', async () => {
    expect(await answered({ kind: 'empty-page' })).toEqual([])
    expect(await answered({ kind: 'short-page', rows: 2 })).toEqual([3, 5])
    expect(await answered({ kind: 'nameless-rows' })).toEqual(['abc', 'abc', 'abc'])
    expect(await answered({ kind: 'nameless-rows', rows: 1 })).toEqual(['abc', 5, 7])
    expect(await answered({ kind: 'foreign-rows' })).toEqual([1, 2, 4])
    expect(await answered({ kind: 'foreign-rows', rows: 1 })).toEqual([1, 5, 7])
  })
})

describe('wrong responses of the reference lists', () => {
  test('empty, short, refused, without ids', async () => {
    const { list, get, account } = await faulty({ kind: 'empty-page', route: '/productos/marcas' })
    const lie = (fault: Fault) => {
      account.clearFaults()
      account.inject({ route: '/productos/marcas', ...fault })
    }
    expect((await list('/productos/marcas')).body).toEqual([])
    lie({ kind: 'short-page', rows: 4 })
    expect((await list('/productos/marcas')).body).toHaveLength(4)
    lie({ kind: 'nameless-rows' })
    expect(new Set(idsOf(await list('/productos/marcas')))).toEqual(new Set(['abc']))
    lie({ kind: 'forbidden' })
    expect((await get('/productos/marcas')).status).toBe(403)
  })
})

describe('an ERP with a wrong clock', () => {
  test('sets and sorts `updated` by it', async () => {
    const { list, account } = await start({ products: 5 })
    const newest = async () => idsOf(await list('/productos', { order: 'modified-date-desc', limit: 2 }))
    account.setClockOffset(80 * 365 * 24 * 3_600_000)
    account.edit([2])
    account.setClockOffset(0)
    account.edit([4])
    expect(await newest()).toEqual([2, 4])
    expect(idsOf(await list('/productos', { id: '4,2', order: 'modified-date-asc' }))).toEqual([4, 2])
    expect(account.product(2)).toMatchObject({ updated: expect.stringMatching(/^2[1-9]/) })
    account.edit([2])
    expect(await newest()).toEqual([2, 4])
    expect(account.product(2)).not.toMatchObject({ updated: expect.stringMatching(/^2[1-9]/) })
  })
})

test('a number that no database can store is valid JSON', async () => {
  const { get } = await faulty({ kind: 'poison-row', poison: 'number-too-large', id: 2 })
  const text = await (await get('/productos')).text()
  expect(text.match(/"peso":1e200000/g)).toHaveLength(1)
  expect(() => JSON.parse(text)).not.toThrow()
})

test('products hidden by `hiddenEvery` count in paging, and are not in `truth()`', async () => {
  const { list, account } = await start({ products: 20, switches: { hiddenEvery: 4 } })
  const page = await list('/productos', { limit: 5, page: 2 })
  expect([idsOf(page), page.total_pages]).toEqual([[6, 7, 9, 10], 4])
  expect(idsOf(await list('/productos', { id: '7,8' }))).toEqual([7])
  expect([...account.truth()].map(({ id }) => id)).toEqual([
    1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19,
  ])
  expect([account.product(8), account.productCount()]).toEqual([undefined, 15])
})
