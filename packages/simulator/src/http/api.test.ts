import { describe, expect, test, vi } from 'vitest'
import { start } from '../../test/start.js'
import { PRODUCT_ORDERS } from '../switches.js'

describe('credentials', () => {
  test('a login by JSON returns both tokens and the remaining seconds', async () => {
    const { login } = await start()
    const body = await login()
    expect(body.access_token).toMatch(/^CBX_AT-/)
    expect(body.refresh_token).toMatch(/^CBX_RT-/)
    expect(body.expires_in).toBeGreaterThan(86_000)
    expect(body.expires_in).toBeLessThanOrEqual(86_400)
  })

  test('a login by form works as well', async () => {
    const { base } = await start()
    const form = new URLSearchParams({ app_name: 'a', app_code: 'b', user: 'demo', password: 'demo' })
    const response = await fetch(`${base}/auth/credentials`, { method: 'POST', body: form })
    expect(response.status).toBe(200)
  })

  test('every parameter is required and the password must be right', async () => {
    const { post } = await start()
    const good = { app_name: 'a', app_code: 'b', user: 'demo', password: 'demo' }
    for (const name of Object.keys(good)) {
      expect((await post('/auth/credentials', { ...good, [name]: undefined })).status).toBe(400)
    }
    expect((await post('/auth/credentials', { ...good, password: 'no' })).status).toBe(401)
  })

  test('a refresh returns a new access token and no new refresh token', async () => {
    const { post, login, base } = await start()
    const { refresh_token } = await login()
    const response = await post('/auth/refresh', { refresh_token })
    const { body } = (await response.json()) as { body: Record<string, string> }
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in'])
    expect((await fetch(`${base}/productos?access_token=${body.access_token}`)).status).toBe(200)
    expect((await post('/auth/refresh', { refresh_token: 'CBX_RT-otro' })).status).toBe(401)
  })

  test('a token is accepted only in the query string', async () => {
    const { base, token } = await start()
    const bearer = await fetch(`${base}/productos`, { headers: { authorization: `Bearer ${token}` } })
    expect(bearer.status).toBe(401)
    expect((await fetch(`${base}/productos?access_token=${token}`)).status).toBe(200)
  })

  test('tokens expire with the clock, and access tokens on request', async () => {
    let now = Date.UTC(2026, 0, 1)
    const { get, account, login, post } = await start({}, { now: () => now })
    const { refresh_token } = await login()
    account.expireTokens()
    expect((await get('/productos')).status).toBe(401)
    expect((await post('/auth/refresh', { refresh_token })).status).toBe(200)
    now += 601 * 24 * 60 * 60 * 1000
    expect((await post('/auth/refresh', { refresh_token })).status).toBe(401)
  })

  test('a new password ends the tokens and the old login; a suspension refuses everything', async () => {
    const { get, account, post } = await start()
    account.changePassword('otra')
    expect((await get('/productos')).status).toBe(401)
    const login = { app_name: 'a', app_code: 'b', user: 'demo', password: 'demo' }
    expect((await post('/auth/credentials', login)).status).toBe(401)
    expect((await post('/auth/credentials', { ...login, password: 'otra' })).status).toBe(200)
    account.suspend(true)
    expect((await post('/auth/credentials', { ...login, password: 'otra' })).status).toBe(403)
    account.suspend(false)
    expect((await post('/auth/credentials', { ...login, password: 'otra' })).status).toBe(200)
  })
})

describe('a list of products', () => {
  test('has the documented envelope', async () => {
    const { list, account } = await start({ products: 120 })
    const answer = await list('/productos', { limit: 50, page: 3 })
    expect(answer).toMatchObject({
      status: 'ok',
      scheme: 'http',
      account: 'demo',
      module: 'pv_productos',
      method: 'GET',
      page: 3,
      total_pages: 3,
    })
    expect(answer.available_fields).toContain('precio_oferta')
    expect(answer.body).toEqual(JSON.parse(JSON.stringify([...account.truth()].slice(100))))
  })

  test('has pages of 50 by default, and an alias', async () => {
    const { list } = await start({ products: 120 })
    expect((await list('/productos')).body).toHaveLength(50)
    expect(await list('/productos/lista')).toEqual(await list('/productos'))
  })

  test.each(PRODUCT_ORDERS)('by %s covers every product exactly once', async (order) => {
    const { walk, account } = await start({ products: 730, seed: 3 })
    account.edit(20)
    account.remove(10, 'gone')
    account.add(7)
    const rows = await walk({ order, limit: 97 })
    const truth = [...account.truth()]
    expect(rows).toHaveLength(truth.length)
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const row of truth) expect(byId.get(row.id)).toEqual(row)
  })

  test('by modification, newest first, begins with the last edited product', async () => {
    const { ids, account } = await start({ products: 400 })
    account.edit([7])
    account.edit([300])
    expect(await ids({ order: 'modified-date-desc', limit: 2 })).toEqual([300, 7])
  })

  test('shows the requested fields', async () => {
    const { list } = await start({ products: 10 })
    const answer = await list('/productos', { fields: 'id,updated,inexistente' })
    expect(answer.body.map((row) => Object.keys(row))).toEqual(Array(10).fill(['id', 'updated']))
    expect(answer.available_fields).toHaveLength(42)
  })

  test('by id shows those that exist, in order', async () => {
    const { ids } = await start({ products: 300 })
    expect(await ids({ id: '250,3,9999,17' })).toEqual([3, 17, 250])
    expect(await ids({ id: '250,3', order: 'id-desc' })).toEqual([250, 3])
  })

  test('by SKU, barcode, season and stock', async () => {
    const { ids, account } = await start({ products: 300 })
    account.edit([4], { codigo_interno: 'ABC', codigo_barras: '779' })
    account.edit([5], { codigo_interno: 'ABC' })
    expect(await ids({ codigo_interno: 'ABC,OTRO' })).toEqual([4, 5])
    expect(await ids({ codigo_barras: '779' })).toEqual([4])
    const winter = [...account.truth()].filter((row) => 'temporada' in row && row.temporada === 'INVIERNO')
    expect(await ids({ id_temporada: 2, limit: 200 })).toEqual(winter.map(({ id }) => id))
    account.moveStock([6], -9999)
    account.moveStock([8], 9999)
    expect(await ids({ id: '6,8', con_stock: 1 })).toEqual([8])
    expect(await ids({ id: '6,8', con_disponible: 1 })).toEqual([8])
    expect(await ids({ id: '6,8', con_stock: 0 })).toEqual([6, 8])
  })

  test('refuses an unknown order, method, route and account', async () => {
    const { get, url, address } = await start({ products: 10 })
    expect((await get('/productos', { order: 'precio' })).status).toBe(400)
    expect((await fetch(address('/productos'), { method: 'DELETE' })).status).toBe(405)
    expect((await get('/clientes')).status).toBe(404)
    expect((await fetch(`${url}/otra/api/v2/productos`)).status).toBe(404)
  })

  test('of an empty catalogue has no rows', async () => {
    const { list } = await start({ products: 0 })
    for (const order of PRODUCT_ORDERS) {
      expect(await list('/productos', { order })).toMatchObject({ page: 1, total_pages: 1, body: [] })
    }
  })
})

describe('the reference lists', () => {
  const routes = {
    '/productos/categorias': ['id', 'categoria', 'vigente', 'padre'],
    '/productos/marcas': ['id', 'marca', 'vigente'],
    '/productos/listas': ['id', 'lista', 'vencimiento', 'vigente'],
    '/productos/temporadas': ['id', 'temporada', 'vigente'],
    '/productos/sucursales': ['id', 'sucursal', 'telefono', 'domicilio', 'localidad', 'provincia', 'vigente'],
    '/general/cotizaciones': ['id', 'moneda', 'simbolo', 'codigo_afip', 'cotizacion', 'principal', 'vigente'],
  }
  test.each(Object.entries(routes))('%s has pages, and an alias', async (route, fields) => {
    const { list } = await start({ products: 1 })
    const answer = await list(route, { limit: 2 })
    expect(answer.available_fields).toEqual(fields)
    expect(answer.body.map((row) => Object.keys(row))).toEqual([fields, fields])
    expect(answer.total_pages).toBeGreaterThan(1)
    expect(await list(`${route}/lista`, { limit: 2 })).toEqual(answer)
  })

  test('sort by name or id and filter by id', async () => {
    const { list } = await start({ products: 1 })
    const names = (await list('/productos/temporadas', { order: 'name-desc' })).body.map(
      (row) => row.temporada,
    )
    expect(names).toEqual([...names].sort((a, b) => String(b).localeCompare(String(a), 'es')))
    const marcas = await list('/productos/marcas', { id: '2,5', order: 'id-desc' })
    expect(marcas.body.map(({ id }) => id)).toEqual([5, 2])
  })
})

describe('the simple dialect', () => {
  test('has the v0 contract’s shape on the same path', async () => {
    const { get, account } = await start({ dialect: 'simple', products: 60 })
    const answer = (await (await get('/productos', { limit: 25, page: 3 })).json()) as {
      data: object[]
      total: number
    }
    expect(answer.total).toBe(60)
    expect(Object.keys(answer).sort()).toEqual(['data', 'total'])
    expect(answer.data).toEqual([...account.truth()].slice(50))
    expect(Object.keys(answer.data[0] ?? {})).toEqual([
      'id',
      'codigo',
      'codigo_barras',
      'nombre',
      'descripcion',
      'precio_venta',
      'precio_costo',
      'stock',
      'categoria_id',
      'marca_id',
      'activo',
    ])
  })

  test('has amounts and flags as text on odd ids', async () => {
    const { account } = await start({ dialect: 'simple', products: 2 })
    const [odd, even] = [...account.truth()] as { precio_venta: unknown; activo: unknown }[]
    expect([typeof odd?.precio_venta, typeof odd?.activo]).toEqual(['string', 'string'])
    expect([typeof even?.precio_venta, typeof even?.activo]).toEqual(['number', 'boolean'])
  })

  test('has the reference lists in the same shape', async () => {
    const { get } = await start({ dialect: 'simple', products: 2 })
    const answer = (await (await get('/productos/marcas', { limit: 5 })).json()) as {
      data: object[]
      total: number
    }
    expect(answer.data).toHaveLength(5)
    expect(answer.total).toBeGreaterThan(50)
  })
})

describe('counts', () => {
  test('show how many requests, on which route, with which status', async () => {
    const { get, account } = await start({ products: 10 })
    account.resetCounts()
    await get('/productos')
    await get('/productos/lista')
    await get('/productos/marcas')
    await get('/productos', { access_token: 'x' })
    expect(account.counts()).toMatchObject({
      total: 4,
      byRoute: { 'GET /productos': 3, 'GET /productos/marcas': 1 },
      byStatus: { 200: 3, 401: 1 },
      maxConcurrent: 1,
      rateLimitExceeded: 0,
    })
  })

  test('show the most concurrent requests, and connections without a response', async () => {
    const { get, account } = await start({ products: 10 })
    account.resetCounts()
    account.inject({ kind: 'hang' })
    const leaving = new AbortController()
    const requests = [1, 2, 3].map(() => get('/productos', {}, { signal: leaving.signal }))
    await vi.waitFor(() => expect(account.counts().total).toBe(3))
    expect(account.counts()).toMatchObject({ maxConcurrent: 3, maxPerSecond: 3, byStatus: {} })
    leaving.abort()
    await Promise.allSettled(requests)
    await vi.waitFor(() => expect(account.counts().byStatus).toEqual({ none: 3 }))
  })

  test('show when the rate limit was exceeded; it responds with 429 for one second', async () => {
    let now = Date.UTC(2026, 0, 1)
    const { get, account } = await start({ products: 10 }, { now: () => now })
    account.setRateLimit(2)
    account.resetCounts()
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await get('/productos')).status)
    now += 1000
    statuses.push((await get('/productos')).status)
    expect(statuses).toEqual([200, 200, 429, 429, 200])
    expect(account.counts().rateLimitExceeded).toBe(2)
  })
})

test('the latency of an account delays each response', async () => {
  const { get, account } = await start({ products: 10 })
  account.setLatency(40)
  const begun = performance.now()
  expect((await get('/productos')).status).toBe(200)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(35)
})

test('accounts have separate tokens, catalogues and counts', async () => {
  const { simulator, url, token, account } = await start({ products: 10 })
  const other = simulator.addAccount({ cuenta: 'vecino', products: 3, seed: 9, user: 'v', password: 'v' })
  const answer = await fetch(`${url}/vecino/api/v2/productos?access_token=${token}`)
  expect(answer.status).toBe(401)
  expect(other.counts().total).toBe(1)
  expect(account.counts().total).toBe(1)
  expect(other.product(1)).not.toEqual(account.product(1))
  expect(() => simulator.addAccount({ cuenta: 'vecino' })).toThrow('Ya existe')
  expect(() => simulator.account('nadie')).toThrow('No existe')
})
