import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CianboxClient, CianboxClientOptions, Tokens } from '../src/index.js'
import {
  CREDENTIALS,
  type FakeCianbox,
  ok,
  page,
  productRow,
  refuse,
  startFakeCianbox,
} from './fake-cianbox.js'
import { createTestClient, createTestClock } from './test-client.js'

let fake: FakeCianbox
let clients: CianboxClient[] = []

beforeEach(async () => {
  fake = await startFakeCianbox()
})
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()))
  clients = []
  await fake.close()
})

function connect(options: Partial<CianboxClientOptions> = {}): CianboxClient {
  const client = createTestClient(fake, options)
  clients.push(client)
  return client
}

const firstPage = { page: 1, limit: 10 }
const tokenOf = (index: number) => fake.seen[index]?.query.get('access_token')

describe('logging in', () => {
  test('twenty concurrent calls share one login', async () => {
    const client = connect()
    await Promise.all(Array.from({ length: 20 }, () => client.listProducts(firstPage)))
    expect(fake.count('/auth/credentials')).toBe(1)
    expect(fake.count('/productos')).toBe(20)
  })

  test('sends the credentials as JSON and the token in the query string', async () => {
    await connect().listProducts(firstPage)
    expect(fake.seen[0]).toMatchObject({
      method: 'POST',
      route: '/auth/credentials',
      json: { app_name: 'Espejo', app_code: 'app-code-1', user: 'ana', password: CREDENTIALS.password },
    })
    expect(tokenOf(1)).toBe('CBX_AT-login1')
  })

  test.each([
    ['HTTP 401', 401, 'auth', 'Revisá usuario y contraseña en Conexión'],
    ['HTTP 400', 400, 'auth', 'Revisá usuario y contraseña en Conexión'],
    ['HTTP 404', 404, 'account', 'Revisá el nombre de la cuenta'],
    ['HTTP 403', 403, 'forbidden', 'suspendida'],
  ])('%s at login has a sentence for the operator, and is not retried', async (_, status, kind, advice) => {
    fake.on('/auth/credentials', refuse(status))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({
      kind,
      status,
      retryable: false,
      operatorMessage: expect.stringContaining(advice),
    })
    expect(fake.seen).toHaveLength(1)
  })

  test("a login with status 'error' and HTTP 200 is a refusal, with the server's reason", async () => {
    fake.on('/auth/credentials', (_, response) =>
      ok(response, null, { status: 'error', message: 'Clave vencida' }),
    )
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({
      kind: 'auth',
      operatorMessage: expect.stringContaining('Cianbox dijo: «Clave vencida».'),
    })
  })

  test('a login response without a token is invalid', async () => {
    fake.on('/auth/credentials', (_, response) => ok(response, {}))
    await expect(connect().listProducts(firstPage)).rejects.toMatchObject({ kind: 'invalid_response' })
  })

  test('when one caller aborts, the others still get the login', async () => {
    let answer = () => {}
    const requested = new Promise<void>((resolve) => {
      fake.on('/auth/credentials', (_, response) => {
        answer = () => ok(response, { access_token: 'CBX_AT-slow', expires_in: 100 })
        resolve()
      })
    })
    const client = connect()
    const gaveUp = new AbortController()
    const first = client.listProducts({ ...firstPage, signal: gaveUp.signal })
    const second = client.listProducts(firstPage)
    await requested
    gaveUp.abort()
    await expect(first).rejects.toMatchObject({ kind: 'aborted' })
    answer()
    await expect(second).resolves.toMatchObject({ received: 1 })
    expect(fake.count('/auth/credentials')).toBe(1)
  })
})

describe('an expired token', () => {
  test('is refreshed, without a login', async () => {
    const clock = createTestClock()
    const client = connect({ now: clock.now })
    await client.listProducts(firstPage)
    clock.advance(86_400_000)
    await client.listProducts(firstPage)
    expect(fake.count('/auth/credentials')).toBe(1)
    expect(fake.seen.find((request) => request.route === '/auth/refresh')?.json).toEqual({
      refresh_token: 'CBX_RT-1',
    })
    expect(tokenOf(3)).toBe('CBX_AT-refresh2')
  })

  test('causes a login when the refresh token is refused too', async () => {
    fake.on('/auth/refresh', refuse(401))
    const clock = createTestClock()
    const client = connect({ now: clock.now })
    await client.listProducts(firstPage)
    clock.advance(86_400_000)
    await client.listProducts(firstPage)
    expect(tokenOf(4)).toBe('CBX_AT-login2')
  })

  test('is used for nine tenths of a short lifetime', async () => {
    fake.on('/auth/credentials', (_, response) =>
      ok(response, { access_token: 'CBX_AT-short', expires_in: 10 }),
    )
    const clock = createTestClock()
    const client = connect({ now: clock.now })
    await client.listProducts(firstPage)
    clock.advance(8_000)
    await client.listProducts(firstPage)
    expect(fake.count('/auth/credentials')).toBe(1)
    clock.advance(1_000)
    await client.listProducts(firstPage)
    expect(fake.count('/auth/credentials')).toBe(2)
  })
})

describe('a refused token', () => {
  test('is renewed once for twenty concurrent calls, and each call is retried once', async () => {
    const client = connect()
    await client.listProducts(firstPage)
    fake.on('/productos', (request, response) =>
      request.query.get('access_token') === 'CBX_AT-login1'
        ? refuse(401)(request, response)
        : page(response, [productRow(1)]),
    )
    await Promise.all(Array.from({ length: 20 }, () => client.listProducts(firstPage)))
    expect(fake.count('/auth/refresh')).toBe(1)
    expect(fake.count('/auth/credentials')).toBe(1)
    expect(fake.count('/productos')).toBe(1 + 20 + 20)
  })

  test('is not retried a third time, and the next call logs in with the credentials', async () => {
    fake.on('/productos', refuse(401))
    const client = connect()
    await expect(client.listProducts(firstPage)).rejects.toMatchObject({ kind: 'auth', retryable: false })
    expect(fake.count('/productos')).toBe(2)
    fake.on('/productos', (_, response) => page(response, [productRow(1)]))
    await client.listProducts(firstPage)
    expect(fake.seen.map((request) => request.route).slice(-2)).toEqual(['/auth/credentials', '/productos'])
  })

  test('may also be refused in a response with HTTP 200', async () => {
    fake.on(
      '/productos',
      (_, response) => ok(response, null, { status: 'error', message: 'El access_token expiró' }),
      (_, response) => page(response, [productRow(1)]),
    )
    await expect(connect().listProducts(firstPage)).resolves.toMatchObject({ received: 1 })
  })

  test('causes a login when a refresh returns the same token', async () => {
    fake.on('/auth/refresh', (_, response) =>
      ok(response, { access_token: 'CBX_AT-login1', expires_in: 100 }),
    )
    fake.on('/productos', refuse(401), (_, response) => page(response, [productRow(1)]))
    await connect().listProducts(firstPage)
    expect(fake.count('/auth/credentials')).toBe(2)
    expect(tokenOf(fake.seen.length - 1)).toBe('CBX_AT-login2')
  })
})

describe('a token store', () => {
  function createStore(initial: Tokens | null = null) {
    let tokens = initial
    return {
      load: async () => tokens,
      save: async (next: Tokens) => {
        tokens = next
      },
      current: () => tokens,
    }
  }

  test('avoids the login of a second client', async () => {
    const tokenStore = createStore()
    await connect({ tokenStore }).listProducts(firstPage)
    await connect({ tokenStore }).listProducts(firstPage)
    expect(fake.count('/auth/credentials')).toBe(1)
    expect(tokenStore.current()).toMatchObject({ accessToken: 'CBX_AT-login1', refreshToken: 'CBX_RT-1' })
  })

  test('provides a token that another process renewed, without a request', async () => {
    const tokenStore = createStore()
    const client = connect({ tokenStore })
    await client.listProducts(firstPage)
    await tokenStore.save({
      accessToken: 'CBX_AT-other',
      refreshToken: null,
      expiresAt: Number.MAX_SAFE_INTEGER,
    })
    fake.on('/productos', refuse(401), (_, response) => page(response, [productRow(1)]))
    await client.listProducts(firstPage)
    expect(fake.count('/auth/refresh')).toBe(0)
    expect(tokenOf(fake.seen.length - 1)).toBe('CBX_AT-other')
  })

  test('that fails is reported, and requests continue', async () => {
    const failures: unknown[] = []
    const broken = () => Promise.reject(new Error('disk full'))
    const client = connect({
      tokenStore: { load: broken, save: broken },
      onTokenStoreError: (error) => failures.push(error),
    })
    await expect(client.listProducts(firstPage)).resolves.toMatchObject({ received: 1 })
    expect(failures).toHaveLength(2)
  })
})
