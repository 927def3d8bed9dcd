import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { start } from '../test/start.js'
import { DEFAULT_SWITCHES, mergeSwitches } from './switches.js'

// The tests of the catalogue cover `updated`; rows, lists and webhooks have their own tests.

test('the README has a line for every switch, with its default', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const [name, value] of Object.entries(DEFAULT_SWITCHES)) {
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\| \`${value}\` `, 'm'))
  }
})

test('an unknown switch or value is refused by name', () => {
  expect(() => mergeSwitches(DEFAULT_SWITCHES, { nada: 1 } as object)).toThrow('"nada"')
  expect(() => mergeSwitches(DEFAULT_SWITCHES, { pagePastEnd: 'otro' } as object)).toThrow(
    'empty, error, last',
  )
  expect(() => mergeSwitches(DEFAULT_SWITCHES, { webhookRetries: -1 })).toThrow('-1')
  expect(mergeSwitches(DEFAULT_SWITCHES, { vat: 'percent' }).vat).toBe('percent')
})

test('a deleted product is inactive or absent', async () => {
  const { list, account } = await start({ products: 20 })
  account.remove([3])
  account.setSwitches({ deletion: 'gone' })
  account.remove([4])
  const rows = (await list('/productos')).body
  expect(rows.find(({ id }) => id === 3)?.vigente).toBe(false)
  expect(rows.some(({ id }) => id === 4)).toBe(false)
})

test('a page past the end is empty, an error, or the last again', async () => {
  const { get, list, account } = await start({ products: 60 })
  expect((await list('/productos', { page: 9 })).body).toEqual([])
  account.setSwitches({ pagePastEnd: 'error' })
  expect((await get('/productos', { page: 9 })).status).toBe(400)
  expect((await get('/productos', { page: 2 })).status).toBe(200)
  account.setSwitches({ pagePastEnd: 'last' })
  expect((await list('/productos', { page: 9 })).body).toHaveLength(10)
})

test('a limit above 200 is clamped or an error', async () => {
  const { get, list, account } = await start({ products: 300 })
  expect((await list('/productos', { limit: 500 })).body).toHaveLength(200)
  account.setSwitches({ limitAbove200: 'error' })
  expect((await get('/productos', { limit: 201 })).status).toBe(400)
})

test('more than 200 ids are an error or cut', async () => {
  const { get, ids, account } = await start({ products: 300 })
  const many = Array.from({ length: 201 }, (_, i) => i + 1).join(',')
  expect((await get('/productos', { id: many })).status).toBe(400)
  account.setSwitches({ idsAbove200: 'truncate' })
  expect(await ids({ id: many, limit: 200 })).toHaveLength(200)
})

test('total_pages of an empty list is one or none', async () => {
  const { list, account } = await start({ products: 0 })
  expect((await list('/productos')).total_pages).toBe(1)
  account.setSwitches({ emptyTotalPages: 0 })
  expect((await list('/productos')).total_pages).toBe(0)
})

test('the order when none is requested', async () => {
  const { ids, account } = await start({ products: 30 })
  account.setSwitches({ defaultOrder: 'id-desc' })
  expect((await ids())[0]).toBe(30)
})

test('errors have their text in `message` or `statusMessage`', async () => {
  const { list, account } = await start({ products: 1 })
  expect(await list('/productos', { order: 'x' })).toMatchObject({
    status: 'error',
    message: expect.any(String),
  })
  account.setSwitches({ errorField: 'statusMessage' })
  const answer = await list('/productos', { order: 'x' })
  expect(answer).toMatchObject({ status: 'error', statusMessage: expect.any(String) })
  expect(answer.message).toBeUndefined()
})

test('errors have their status, always 200, or 200 except for a bad token', async () => {
  const { get, account } = await start({ products: 1 })
  const statuses = async () => [
    (await get('/productos', { order: 'x' })).status,
    (await get('/productos', { access_token: 'x' })).status,
  ]
  expect(await statuses()).toEqual([400, 401])
  account.setSwitches({ errorHttp: '200' })
  expect(await statuses()).toEqual([200, 200])
  account.setSwitches({ errorHttp: '200-except-401' })
  expect(await statuses()).toEqual([200, 401])
})

test('the body of a 401 is JSON, HTML or nothing', async () => {
  const { get, account } = await start({ products: 1 })
  const body = async () => (await get('/productos', { access_token: 'x' })).text()
  expect(JSON.parse(await body())).toMatchObject({ status: 'error' })
  account.setSwitches({ unauthorizedBody: 'html' })
  expect(await body()).toContain('<html>')
  account.setSwitches({ unauthorizedBody: 'empty' })
  expect(await body()).toBe('')
})

test('`page` is a number or text', async () => {
  const { list, account } = await start({ products: 1 })
  expect((await list('/productos')).page).toBe(1)
  account.setSwitches({ pageAsString: true })
  expect((await list('/productos')).page).toBe('1')
})

test('a repeated login returns the same token or another', async () => {
  const { login, account, get } = await start({ products: 1 })
  const first = await login()
  expect((await login()).access_token).toBe(first.access_token)
  account.setSwitches({ loginReusesToken: false })
  const second = await login()
  expect(second.access_token).not.toBe(first.access_token)
  expect((await get('/productos', { access_token: first.access_token })).status).toBe(200)
})

test('a new password revokes the tokens or keeps them', async () => {
  const { account, get } = await start({ products: 1 })
  account.setSwitches({ passwordChangeEndsTokens: false })
  account.changePassword('otra')
  expect((await get('/productos')).status).toBe(200)
})

test('tokens live as long as set', async () => {
  let now = Date.UTC(2026, 0, 1)
  const { login, account, get, post } = await start({ products: 1 }, { now: () => now })
  account.setSwitches({ accessTokenSeconds: 60, refreshTokenSeconds: 90 })
  account.revokeTokens()
  const { access_token, refresh_token, expires_in } = await login()
  expect(expires_in).toBe(60)
  now += 59_000
  expect((await get('/productos', { access_token })).status).toBe(200)
  now += 1000
  expect((await get('/productos', { access_token })).status).toBe(401)
  expect((await post('/auth/refresh', { refresh_token })).status).toBe(200)
  now += 30_000
  expect((await post('/auth/refresh', { refresh_token })).status).toBe(401)
})

test('the rate limit refuses with each form of Retry-After, or only counts', async () => {
  const now = Date.UTC(2026, 0, 1, 12)
  const { get, account } = await start({ products: 1, rateLimit: 1 }, { now: () => now })
  const refused = async () => (await get('/productos')).headers.get('retry-after')
  expect(await refused()).toBe('1')
  account.setSwitches({ retryAfter: 'date' })
  expect(await refused()).toBe('Thu, 01 Jan 2026 12:00:01 GMT')
  account.setSwitches({ retryAfter: 'absent' })
  expect(await refused()).toBeNull()
  account.setSwitches({ rateLimitEnforced: false })
  expect((await get('/productos')).status).toBe(200)
  expect(account.counts().rateLimitExceeded).toBe(4)
})

test('VAT is a multiplier, a percentage, or a mix of both', async () => {
  const { list, account } = await start({ products: 200 })
  const rates = async () =>
    new Set((await list('/productos', { limit: 200 })).body.map((row) => row.alicuota_iva))
  account.setSwitches({ vat: 'multiplier' })
  expect(await rates()).toEqual(new Set([1.21, 1.105]))
  account.setSwitches({ vat: 'percent' })
  expect(await rates()).toEqual(new Set([21, 10.5]))
  account.setSwitches({ vat: 'mixed' })
  expect(await rates()).toContain(1.21)
  expect(await rates()).toContain(21)
})

test('list 0 is shown or not', async () => {
  const { list, account } = await start({ products: 1 })
  const first = async () => (await list('/productos/listas')).body[0]?.id
  expect(await first()).toBe(1)
  account.setSwitches({ defaultListListed: true })
  expect(await first()).toBe(0)
})

test('responses are plain, or compressed if the request accepts it', async () => {
  const { get, account } = await start({ products: 50 })
  const encoding = async (accepted: string) =>
    (await get('/productos', {}, { headers: { 'accept-encoding': accepted } })).headers.get(
      'content-encoding',
    )
  expect(await encoding('gzip')).toBeNull()
  account.setSwitches({ gzip: true })
  expect(await encoding('gzip')).toBe('gzip')
  expect(await encoding('identity')).toBeNull()
})
