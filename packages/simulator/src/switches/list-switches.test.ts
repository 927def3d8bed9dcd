import { expect, test } from 'vitest'
import { type Started, start } from '../../test/start.js'

const statusOf = async ({ get }: Started, params: Record<string, string>) =>
  (await get('/productos', params)).status

test('a page without `limit` has as many rows as set', async () => {
  const { ids, account } = await start({ products: 60 })
  expect(await ids()).toHaveLength(50)
  account.setSwitches({ defaultLimit: 20 })
  expect(await ids()).toHaveLength(20)
})

test('the largest limit is as set', async () => {
  const started = await start({ products: 60 })
  const { ids, account } = started
  account.setSwitches({ maxLimit: 30 })
  expect(await ids({ limit: 200 })).toHaveLength(30)
  account.setSwitches({ limitAbove200: 'error' })
  expect(await statusOf(started, { limit: '31' })).toBe(400)
  expect(await statusOf(started, { limit: '30' })).toBe(200)
})

test('an unknown name in `fields` is ignored or an error', async () => {
  const started = await start({ products: 1 })
  const { list, account } = started
  expect(Object.keys((await list('/productos', { fields: 'id,nada' })).body[0] ?? {})).toEqual(['id'])
  account.setSwitches({ unknownField: 'error' })
  expect(await statusOf(started, { fields: 'id,nada' })).toBe(400)
  expect(await statusOf(started, { fields: 'id,producto' })).toBe(200)
})

test('`available_fields` omits the detail of the offer or names it', async () => {
  const { list, account } = await start({ products: 1 })
  const answer = await list('/productos')
  for (const name of ['detalle_oferta', 'precio_oferta_calculado']) {
    expect(answer.available_fields).not.toContain(name)
    expect(answer.body[0]).toHaveProperty(name)
  }
  account.setSwitches({ availableFieldsOmitOffer: false })
  expect((await list('/productos')).available_fields).toContain('detalle_oferta')
})

test('`fields` accepts a name that `available_fields` omits, or does not', async () => {
  const started = await start({ products: 1 })
  const { list, account } = started
  const shown = async () =>
    Object.keys((await list('/productos', { fields: 'id,detalle_oferta' })).body[0] ?? {})
  expect(await shown()).toEqual(['id', 'detalle_oferta'])
  account.setSwitches({ unlistedFields: 'unknown' })
  expect(await shown()).toEqual(['id'])
  account.setSwitches({ unknownField: 'error' })
  expect(await statusOf(started, { fields: 'id,detalle_oferta' })).toBe(400)
})

test('an invalid id matches nothing, is ignored, or is an error', async () => {
  const started = await start({ products: 9 })
  const { ids, account } = started
  expect([await ids({ id: 'abc' }), await ids({ id: 'abc,3' })]).toEqual([[], [3]])
  account.setSwitches({ malformedId: 'ignore' })
  expect([(await ids({ id: 'abc' })).length, await ids({ id: 'abc,3' })]).toEqual([9, [3]])
  account.setSwitches({ malformedId: 'error' })
  expect(await statusOf(started, { id: 'abc,3' })).toBe(400)
})

test('an order that does not exist is an error or the default one', async () => {
  const started = await start({ products: 9 })
  const { ids, list, account } = started
  expect(await statusOf(started, { order: 'precio' })).toBe(400)
  account.setSwitches({ unknownOrder: 'default', defaultOrder: 'id-desc' })
  expect((await ids({ order: 'precio' }))[0]).toBe(9)
  expect((await list('/productos/marcas', { order: 'x' })).body[0]?.id).toBe(1)
})

test('page 0 is the first, empty, or an error', async () => {
  const started = await start({ products: 9 })
  const { ids, account } = started
  expect(await ids({ page: 0 })).toHaveLength(9)
  account.setSwitches({ pageZero: 'empty' })
  expect(await ids({ page: 0 })).toEqual([])
  expect(await ids({ page: 1 })).toHaveLength(9)
  account.setSwitches({ pageZero: 'error' })
  expect(await statusOf(started, { page: '0' })).toBe(400)
})

test('a stock filter of 0 is none, the same as 1, or its opposite', async () => {
  const { ids, account } = await start({ products: 9 })
  account.moveStock([6], -9999)
  account.moveStock([8], 9999)
  const found = (con_stock: string) => ids({ id: '6,8', con_stock })
  expect([await found('0'), await found('1'), await found('')]).toEqual([[6, 8], [8], [8]])
  account.setSwitches({ stockFilter: 'present' })
  expect([await found('0'), await found('1')]).toEqual([[8], [8]])
  account.setSwitches({ stockFilter: 'negates' })
  expect([await found('0'), await found('false'), await found('1')]).toEqual([[6], [6], [8]])
})

test('inactive products are listed, shown by id, or shown only with `vigente=all`', async () => {
  const { ids, account } = await start({ products: 9 })
  account.edit([3], { vigente: false })
  account.edit([4], { vigente: true })
  expect(await ids({ id: '3,4' })).toEqual([3, 4])
  account.setSwitches({ inactiveRows: 'by-id' })
  expect(await ids({ id: '3,4' })).toEqual([3, 4])
  expect(await ids()).not.toContain(3)
  account.setSwitches({ inactiveRows: 'hidden' })
  expect(await ids({ id: '3,4' })).toEqual([4])
  expect(await ids()).not.toContain(3)
  expect(account.product(3)).toBeUndefined()
  expect([...account.truth()].map(({ id }) => id)).toEqual(await ids())
  expect(await ids({ id: '3,4', vigente: 'all' })).toEqual([3, 4])
  expect(await ids({ vigente: 'all' })).toHaveLength(9)
})

test('products that are not associated with the integration are left out or listed', async () => {
  const { ids, account } = await start({ products: 9 })
  account.setAssociated([3], false)
  expect([await ids(), await ids({ id: '3,4', vigente: 'all' })]).toEqual([[1, 2, 4, 5, 6, 7, 8, 9], [4]])
  expect(account.productCount()).toBe(8)
  account.setSwitches({ unassociatedRows: 'listed' })
  expect(await ids({ id: '3,4' })).toEqual([3, 4])
  account.setSwitches({ unassociatedRows: 'hidden' })
  account.setAssociated([3], true)
  expect(await ids()).toHaveLength(9)
})

test('a list has `page` and `total_pages`, or not', async () => {
  const { list, account } = await start({ products: 9 })
  expect(await list('/productos')).toMatchObject({ page: 1, total_pages: 1 })
  account.setSwitches({ pagingFields: false })
  const answer = await list('/productos')
  expect(answer).not.toHaveProperty('page')
  expect(answer).not.toHaveProperty('total_pages')
  expect(answer.body).toHaveLength(9)
})

test('a JSON array as a body is an error, no parameters, or its first object', async () => {
  const { base, post, account } = await start({ products: 1 })
  const login = [{ app_name: 'a', app_code: 'b', user: 'demo', password: 'demo' }]
  const answer = async () => {
    const response = await post('/auth/credentials', login)
    return [response.status, ((await response.json()) as { message?: string }).message]
  }
  expect(base).toContain('/demo/')
  expect(await answer()).toEqual([400, expect.stringContaining('objeto JSON')])
  account.setSwitches({ jsonArrayBody: 'empty' })
  expect(await answer()).toEqual([400, expect.stringContaining('app_name')])
  account.setSwitches({ jsonArrayBody: 'first' })
  expect((await answer())[0]).toBe(200)
})

test('a response to a write has the envelope or not', async () => {
  const { post, token, account } = await start({ products: 1 })
  const register = async (evento: string) =>
    (
      await post(`/general/notificaciones/alta?access_token=${token}`, { evento, url: 'https://x.test' })
    ).json()
  expect(await register('productos')).toMatchObject({
    status: 'ok',
    module: 'gr_config',
    body: { status: 'ok' },
  })
  account.setSwitches({ writeEnvelope: false })
  expect(await register('productos')).toEqual({ status: 'ok', description: expect.any(String), id: 3 })
  expect(await register('nada')).toEqual({ status: 'error', description: expect.any(String), id: 0 })
})
