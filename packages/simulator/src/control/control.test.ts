import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { start } from '../../test/start.js'

async function controlled() {
  const started = await start({ products: 30 })
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${started.url}/__simulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const post = (path: string, body?: unknown) => ask('POST', `demo/${path}`, body)
  return { ...started, ask, post }
}

test('the index names accounts, controls, faults and switches', async () => {
  const { ask } = await controlled()
  const { body } = await ask('GET', '')
  expect(body.accounts).toEqual([{ cuenta: 'demo', base: '/demo/api/v2', products: 30 }])
  expect(body.controls.join('\n')).toContain('POST /__simulator/{cuenta}/raise-prices')
  expect(body.faults['slow-drip']).toEqual({
    about: expect.any(String),
    defaults: { bytes: 64, everyMs: 100 },
  })
  expect(body.switches.pagePastEnd).toBe('empty')
})

test('changes over HTTP are the same as with the library', async () => {
  const { account, post } = await controlled()
  expect((await post('edit', { ids: [3], fields: { producto: 'NUEVO' } })).body).toEqual({ ids: [3] })
  expect(account.product(3)).toMatchObject({ producto: 'NUEVO' })
  expect((await post('edit', { count: 5 })).body.ids).toHaveLength(5)
  expect((await post('add', { count: 2 })).body).toEqual({ ids: [31, 32] })
  expect((await post('remove', { ids: [1], how: 'gone' })).body).toEqual({ ids: [1] })
  expect(account.product(1)).toBeUndefined()
  const before = account.product(2)
  await post('move-stock', { ids: [2], delta: 7, branch: 2 })
  await post('raise-prices', { list: 0, percent: 50 })
  await post('exchange-rate', { currency: 2, rate: 1400 })
  expect(account.product(2)).not.toEqual(before)
  expect(account.lists().cotizaciones[1]?.cotizacion).toBe(1400)
  await post('edit-list', { list: 'marcas', id: 1, fields: { marca: 'X' } })
  expect(account.lists().marcas[0]?.marca).toBe('X')
})

test('the truth has one JSON line per product', async () => {
  const { url, account } = await controlled()
  const text = await (await fetch(`${url}/__simulator/demo/truth`)).text()
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([...account.truth()])
})

test("responses are the same as the library's results", async () => {
  const { ask, account } = await controlled()
  expect((await ask('GET', 'demo/counts')).body).toEqual(account.counts())
  expect((await ask('GET', 'demo/lists')).body).toEqual(account.lists())
  expect((await ask('GET', 'demo/product?id=4')).body).toEqual(account.product(4))
  expect((await ask('GET', 'demo/product?id=400')).body).toBeNull()
  expect((await ask('GET', 'demo/product-count')).body).toEqual({ count: 30 })
  expect((await ask('GET', 'demo/deliveries')).body).toEqual([])
  expect((await ask('POST', 'demo/deliver-webhooks', { event: 'productos', ids: [1] })).body).toEqual([])
})

test('controls do not count as requests of the API', async () => {
  const { ask, post, account } = await controlled()
  await post('reset-counts')
  await ask('GET', 'demo/counts')
  expect(account.counts().total).toBe(0)
})

test('faults and switches can be set and removed', async () => {
  const { ask, post, get } = await controlled()
  await post('faults', { kind: 'server-error', times: 1 })
  expect((await get('/productos')).status).toBe(500)
  expect((await ask('GET', 'demo/faults')).body).toEqual([
    { fault: { kind: 'server-error', times: 1 }, strikes: 1 },
  ])
  await ask('DELETE', 'demo/faults')
  expect((await ask('GET', 'demo/faults')).body).toEqual([])
  expect((await ask('PUT', 'demo/switches', { pageAsString: true })).body.pageAsString).toBe(true)
  expect((await ask('GET', 'demo/switches')).body.pageAsString).toBe(true)
})

test('tokens, password, suspension, latency and limit', async () => {
  const { post, get, login } = await controlled()
  await post('latency', { ms: 1 })
  await post('rate-limit', { perSecond: 1000 })
  await post('expire-tokens')
  expect((await get('/productos')).status).toBe(401)
  const { access_token } = await login()
  expect((await get('/productos', { access_token })).status).toBe(200)
  await post('suspend', { suspended: true })
  expect((await get('/productos', { access_token })).status).toBe(403)
  await post('suspend', { suspended: false })
  await post('password', { password: 'nueva' })
  expect((await get('/productos', { access_token })).status).toBe(401)
  await post('revoke-tokens')
  expect((await post('rate-limit', { perSecond: null })).body).toEqual({ ok: true })
})

test('another account can be added', async () => {
  const { ask, simulator } = await controlled()
  expect((await ask('POST', 'accounts', { cuenta: 'otra', products: 4 })).status).toBe(201)
  expect(simulator.account('otra').productCount()).toBe(4)
  expect((await ask('POST', 'accounts', { cuenta: 'otra' })).status).toBe(400)
  expect((await ask('POST', 'accounts', { cuenta: '../x' })).status).toBe(400)
  expect((await ask('POST', 'accounts', { cuenta: 'x', products: -1 })).status).toBe(400)
})

test('an invalid control has an error text', async () => {
  const { ask, post } = await controlled()
  expect((await ask('GET', 'nadie/counts')).status).toBe(404)
  expect((await ask('GET', 'demo/nada')).status).toBe(404)
  for (const [path, body, named] of [
    ['edit', {}, '`count`'],
    ['edit', { ids: ['x'] }, '`ids`'],
    ['edit', { ids: [1], fields: { updated: 'x' } }, '`updated`'],
    ['remove', { count: 1, how: 'x' }, 'inactive, gone'],
    ['raise-prices', { list: 0 }, '`percent`'],
    ['suspend', { suspended: 'si' }, '`suspended`'],
    ['password', { password: '' }, '`password`'],
    ['latency', { ms: -1 }, 'latencyMs'],
    ['exchange-rate', { currency: 9, rate: 1 }, 'moneda 9'],
    ['faults', { kind: 'x' }, '"x"'],
    ['deliver-webhooks', { event: 'x', ids: [] }, '`event`'],
  ] as const) {
    const { status, body: answer } = await post(path, body)
    expect([path, status]).toEqual([path, 400])
    expect(answer.error).toContain(named)
  }
})

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const CURLS = [...README.matchAll(/^curl -s(?: -X (\w+))? localhost:4010(\S+)(?: -d '([^']*)')?/gm)].map(
  ([, method, path = '', body]) => ({ method, path, body }),
)

test('the README has curl lines with and without a body', () => {
  expect(CURLS.filter(({ body }) => body !== undefined).length).toBeGreaterThan(5)
  expect(CURLS.filter(({ body }) => body === undefined).length).toBeGreaterThan(2)
})

test.each(CURLS)('the README’s curl line works: $path $body', async ({ method, path, body }) => {
  const { url } = await controlled()
  const response = await fetch(url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    // What `curl -d` sends.
    ...(body !== undefined && { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  })
  expect(response.status).toBe(200)
  await response.text()
})
