import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CianboxClient, type CianboxClientOptions, createCianboxClient } from '../src/index.js'
import {
  CREDENTIALS,
  type FakeCianbox,
  type Handler,
  ok,
  page,
  productRow,
  refuse,
  sendJson,
  startFakeCianbox,
} from './fake-cianbox.js'
import { createTestClient } from './test-client.js'

let fake: FakeCianbox
let client: CianboxClient | undefined

beforeEach(async () => {
  fake = await startFakeCianbox()
})
afterEach(async () => {
  await client?.close()
  await fake.close()
})

function connect(options: Partial<CianboxClientOptions> = {}): CianboxClient {
  client = createTestClient(fake, options)
  return client
}

const pageAsked = (request: Parameters<Handler>[0]) => Number(request.query.get('page'))

describe('products', () => {
  test('are requested by page, limit, order and fields', async () => {
    await connect().listProducts({ page: 3, limit: 200, order: 'id-asc', fields: ['id', 'producto'] })
    expect(Object.fromEntries(fake.seen.at(-1)?.query ?? [])).toMatchObject({
      page: '3',
      limit: '200',
      order: 'id-asc',
      fields: 'id,producto',
    })
  })

  test('of the simple dialect are the same products', async () => {
    fake.on('/productos', (_, response) =>
      sendJson(response, 200, {
        data: [{ id: 7, nombre: 'Mate', precio_venta: '10.50', activo: '1' }],
        total: 21,
      }),
    )
    const answer = await connect({ dialect: 'simple' }).listProducts({ page: 1, limit: 10 })
    expect(answer).toMatchObject({
      totalPages: 3,
      products: [{ id: '7', name: 'Mate', price: '10.5', isActive: true }],
    })
  })

  test('as rows have their exact JSON text, by page and by id', async () => {
    const rows = ['{"id": 7, "producto":"Caf\\u00e9 \\/ t\\u00e9", "peso":1.50}', '"no row"']
    fake.on('/productos', (_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(`{"body":[ ${rows.join(' ,\n')} ],"page":1,"total_pages":1}`)
    })
    const expected = rows.map((json) => ({ raw: JSON.parse(json), json }))
    const page = await connect().listProductRows({ page: 1, limit: 10 })
    expect(page).toEqual({ rows: expected, page: 1, totalPages: 1 })
    expect(await connect().getProductRows(['7', '8'])).toEqual(expected)
  })

  test('have a JSON text for each row even if the response has its list twice', async () => {
    fake.on('/productos', (_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"body":[ {"id": 1}, {"id": 2} ], "b\\u006fdy":[ {"id": 3} ]}')
    })
    const { rows } = await connect().listProductRows({ page: 1, limit: 10 })
    expect(rows).toEqual([{ raw: { id: 3 }, json: '{"id":3}' }])
  })

  test('by id are requested 200 at a time, each id once', async () => {
    fake.on('/productos', (request, response) =>
      page(
        response,
        (request.query.get('id') ?? '').split(',').map((id) => productRow(Number(id))),
      ),
    )
    const ids = Array.from({ length: 450 }, (_, index) => String(index + 1))
    const answer = await connect().getProducts([...ids, '1', '2'])
    expect(answer.products.map((product) => product.id)).toEqual(ids)
    expect(answer.received).toBe(450)
    expect(fake.count('/productos')).toBe(3)
  })

  test('by id are read from a server with shorter pages', async () => {
    fake.on('/productos', (request, response) =>
      page(response, [productRow(pageAsked(request))], { page: pageAsked(request), total_pages: 3 }),
    )
    const answer = await connect().getProducts(['1', '2', '3'])
    expect(answer.products.map((product) => product.id)).toEqual(['1', '2', '3'])
  })

  test('by id are complete when pages are short and have no number of pages', async () => {
    fake.on('/productos', (request, response) =>
      ok(response, pageAsked(request) > 2 ? [] : [productRow(pageAsked(request))]),
    )
    const answer = await connect().getProducts(['1', '2', '3'])
    expect(answer.products.map((product) => product.id)).toEqual(['1', '2'])
    expect(answer.received).toBe(2)
  })

  test('by id are an error when the server ignores the filter', async () => {
    fake.on('/productos', (_, response) => page(response, [1, 2, 3].map(productRow), { total_pages: 900 }))
    await expect(connect().getProducts(['1', '2'])).rejects.toMatchObject({ kind: 'invalid_response' })
    expect(fake.count('/productos')).toBe(1)
  })

  test('by no ids need no request; invalid ids are refused', async () => {
    await expect(connect().getProducts([])).resolves.toMatchObject({ received: 0 })
    await expect(connect().getProducts(['1,2'])).rejects.toMatchObject({ kind: 'bad_request' })
    expect(fake.seen).toHaveLength(0)
  })
})

describe('reference lists', () => {
  const brand = (id: number) => ({ id, marca: `Marca ${id}`, vigente: '1' })
  const ROUTE = '/productos/marcas'

  test('are read to the last page, with invalid rows as rejects', async () => {
    fake.on(ROUTE, (request, response) =>
      page(response, [brand(pageAsked(request)), { id: 'x' }], { total_pages: '3' }),
    )
    const list = await connect().listReference('brands')
    expect(list.items.map((item) => item.name)).toEqual(['Marca 1', 'Marca 2', 'Marca 3'])
    expect(list.rejects.map(({ page, field }) => [page, field])).toEqual([
      [1, 'id'],
      [2, 'id'],
      [3, 'id'],
    ])
    expect(fake.count(ROUTE)).toBe(3)
  })

  test.each<[string, Handler]>([
    [
      'an empty page',
      (request, response) => ok(response, pageAsked(request) > 2 ? [] : [brand(pageAsked(request))]),
    ],
    ['a page that repeats', (request, response) => ok(response, [brand(Math.min(pageAsked(request), 2))])],
    [
      'a refusal',
      (request, response) =>
        pageAsked(request) > 2 ? refuse(404)(request, response) : ok(response, [brand(pageAsked(request))]),
    ],
    [
      'a refusal under HTTP 200',
      (request, response) =>
        ok(response, [brand(pageAsked(request))], pageAsked(request) > 2 ? { status: 'error' } : {}),
    ],
    [
      'a shorter page',
      (request, response) => ok(response, pageAsked(request) === 1 ? [brand(1), brand(9)] : [brand(2)]),
    ],
  ])('without a count end at %s', async (_, handler) => {
    fake.on(ROUTE, handler)
    const list = await connect().listReference('brands')
    expect(list.items.map((item) => item.id)).toEqual(expect.arrayContaining(['1', '2']))
    expect(fake.count(ROUTE)).toBeLessThanOrEqual(4)
  })

  test.each<[string, Handler]>([
    ['repeats itself for ever', (_, response) => page(response, [brand(1)], { total_pages: 1e9 })],
    ['repeats bad rows for ever', (_, response) => page(response, [{ marca: 'x' }], { total_pages: 1e9 })],
    [
      'ends before it should',
      (request, response) => page(response, pageAsked(request) === 1 ? [brand(1)] : [], { total_pages: 3 }),
    ],
  ])('that %s are not taken for whole', async (_, handler) => {
    fake.on(ROUTE, handler)
    await expect(connect().listReference('brands')).rejects.toMatchObject({ kind: 'invalid_response' })
    expect(fake.count(ROUTE)).toBe(2)
  })

  test('can be empty', async () => {
    fake.on(ROUTE, (_, response) => page(response, [], { total_pages: 0 }))
    await expect(connect().listReference('brands')).resolves.toEqual({ items: [], rejects: [] })
  })
})

describe('notifications', () => {
  test('are listed, with times in UTC', async () => {
    fake.on('/general/notificaciones', (_, response) =>
      ok(response, [
        { id: '4', evento: 'productos', url: 'https://x.test/h', creado: '2019-05-24 22:58:44', updated: '' },
        { id: '5' },
      ]),
    )
    const { items, rejects } = await connect().notifications.list({ event: 'productos' })
    expect(items).toEqual([
      {
        id: '4',
        event: 'productos',
        url: 'https://x.test/h',
        createdAt: '2019-05-25T01:58:44.000Z',
        updatedAt: null,
      },
    ])
    expect(rejects).toMatchObject([{ id: '5', field: 'evento' }])
    expect(fake.seen.at(-1)?.query.get('evento')).toBe('productos')
  })

  test('are registered and removed', async () => {
    fake.on('/general/notificaciones/alta', (_, response) => ok(response, { status: 'ok' }))
    fake.on('/general/notificaciones', (_, response) => response.writeHead(204).end())
    const { notifications } = connect()
    await notifications.register({ events: ['productos', 'marcas'], url: 'https://x.test/h' })
    await notifications.remove({ events: 'all' })
    expect(fake.seen.slice(1).map(({ method, route, json }) => [method, route, json])).toEqual([
      ['POST', '/general/notificaciones/alta', { evento: ['productos', 'marcas'], url: 'https://x.test/h' }],
      ['DELETE', '/general/notificaciones', { evento: 'all' }],
    ])
  })

  test.each<[string, object]>([
    ['inside an outer "ok"', { status: 'ok', body: { status: 'error', descripcion: 'URL inválida' } }],
    ['without an envelope', { status: 'error', description: 'URL inválida', id: 0 }],
  ])('refused %s are refused', async (_, answer) => {
    fake.on('/general/notificaciones/alta', (_request, response) => sendJson(response, 200, answer))
    const webhook = { events: 'all', url: 'https://x.test/h' } as const
    await expect(connect().notifications.register(webhook)).rejects.toMatchObject({
      kind: 'bad_request',
      operatorMessage: expect.stringContaining('«URL inválida»'),
    })
  })
})

describe('testConnection', () => {
  test('logs in and reads one small page', async () => {
    fake.on('/productos', (_, response) => page(response, [1, 2].map(productRow), { total_pages: 25 }))
    await expect(connect().testConnection()).resolves.toEqual({
      totalPages: 25,
      pageSize: 10,
      sample: ['Producto 1', 'Producto 2'],
    })
    expect(fake.seen.at(-1)?.query.get('fields')).toBe('id,producto')
  })

  test('uses the credentials even if there is a stored token', async () => {
    fake.on('/auth/credentials', refuse(401))
    const tokenStore = {
      load: async () => ({
        accessToken: 'CBX_AT-old',
        refreshToken: null,
        expiresAt: Number.MAX_SAFE_INTEGER,
      }),
      save: async () => {},
    }
    await expect(connect({ tokenStore }).testConnection()).rejects.toMatchObject({ kind: 'auth' })
  })
})

describe('URLs', () => {
  const create = (baseUrl: string, cuenta: string) => () =>
    createCianboxClient({ baseUrl, cuenta, credentials: CREDENTIALS, dialect: 'v2' })

  test.each(['ftp://cianbox.org', 'cianbox.org', 'https://ana:clave@cianbox.org', ''])(
    '%s is no base',
    (baseUrl) => {
      expect(create(baseUrl, 'micuenta')).toThrow(expect.objectContaining({ kind: 'bad_request' }))
    },
  )

  test.each(['', '..', '../otra', 'mi cuenta', 'a/b', 'a?b'])('"%s" is no account', (cuenta) => {
    expect(create('https://cianbox.org', cuenta)).toThrow(expect.objectContaining({ kind: 'account' }))
  })
})
