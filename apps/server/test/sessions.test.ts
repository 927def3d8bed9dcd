import { createHmac } from 'node:crypto'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createUser } from '../src/accounts/accounts.js'
import { deriveKey } from '../src/connections/secrets.js'
import { TEST_PASSWORD, useApp } from './support/app.js'
import { TEST_SECRET_KEY } from './support/services.js'

let clock = Date.now()
const app = useApp({ now: () => new Date(clock) })

beforeAll(async () => {
  await createUser(app.database.pool, {
    tenantId: 'uno',
    email: 'Ana@Uno.test',
    name: 'Ana',
    role: 'operator',
    password: TEST_PASSWORD,
  })
})

function login(email: string, password: string, headers: Record<string, string> = {}) {
  return app.send('POST', '/api/auth/login', { body: { email, password }, headers })
}

describe('signing in', () => {
  it('gives a token and the user, and sets a cookie that no script can read', async () => {
    const answer = await login(' ana@UNO.test ', TEST_PASSWORD)
    expect(answer.status).toBe(200)
    expect(answer.json.user).toMatchObject({ email: 'ana@uno.test', tenantId: 'uno', role: 'operator' })
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^espejo_session=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('marks the cookie as secure when the request came over https', async () => {
    const answer = await login('ana@uno.test', TEST_PASSWORD, { 'x-forwarded-proto': 'https' })
    expect(answer.headers.get('set-cookie')).toContain('; Secure')
  })

  it('refuses a wrong password and an unknown email in the same words', async () => {
    const wrong = await login('ana@uno.test', 'otra', { 'x-forwarded-for': '10.1.1.1' })
    const unknown = await login('nadie@uno.test', 'otra', { 'x-forwarded-for': '10.1.1.1' })
    expect(wrong.status).toBe(401)
    expect(wrong.json.code).toBe('wrong_credentials')
    expect(unknown.text).toBe(wrong.text)
  })

  it.each([
    [{ email: 'ana@uno.test' }, 'password'],
    [{ email: 7, password: 'x' }, 'email'],
    [{ email: 'a\u0000@uno.test', password: 'x' }, 'email'],
  ])('names the field that is wrong in %j', async (body, path) => {
    const answer = await app.send('POST', '/api/auth/login', { body })
    expect(answer.status).toBe(422)
    expect(answer.json.code).toBe('invalid_body')
    expect(answer.json.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it('throttles guessing by account and address, and locks nobody else out', async () => {
    const from = { 'x-forwarded-for': '10.2.2.2' }
    const statuses: number[] = []
    for (let i = 0; i < 100; i++) statuses.push((await login('ana@uno.test', `guess ${i}`, from)).status)
    expect(statuses).toEqual(statuses.map((_, i) => (i < 5 ? 401 : 429)))
    const refused = await login('ana@uno.test', TEST_PASSWORD, from)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect((await login('ana@uno.test', TEST_PASSWORD, { 'x-forwarded-for': '10.3.3.3' })).status).toBe(200)
    clock += 1000
    expect((await login('ana@uno.test', TEST_PASSWORD, from)).status).toBe(200)
  })

  it('limits the attempts of one address over all accounts', async () => {
    const from = { 'x-forwarded-for': '10.4.4.4' }
    const statuses: number[] = []
    for (let i = 0; i < 33; i++) statuses.push((await login(`person${i}@uno.test`, 'Password1', from)).status)
    expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true)
    expect(statuses.slice(30)).toEqual([429, 429, 429])
  })
})

describe('a session', () => {
  it('is read from the header and from the cookie', async () => {
    const { json } = await login('ana@uno.test', TEST_PASSWORD)
    const byHeader = await app.send('GET', '/api/auth/me', {
      headers: { authorization: `bearer ${json.token}` },
    })
    const byCookie = await app.send('GET', '/api/auth/me', {
      headers: { cookie: `x=1; espejo_session=${json.token}; y=2` },
    })
    expect(byHeader.json).toEqual(json.user)
    expect(byCookie.json).toEqual(json.user)
  })

  it('does not fall back to the cookie when the header is invalid', async () => {
    const { json } = await login('ana@uno.test', TEST_PASSWORD)
    const answer = await app.send('GET', '/api/auth/me', {
      headers: { authorization: 'Bearer no', cookie: `espejo_session=${json.token}` },
    })
    expect(answer.status).toBe(401)
  })

  it('ends for the browser at logout', async () => {
    const answer = await app.send('POST', '/api/auth/logout')
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^espejo_session=; Path=\/; Expires=Thu, 01 Jan 1970/)
  })

  it('of a deleted user is invalid', async () => {
    const { token } = await app.sessions.issue({ id: 'gone', tenantId: 'uno', role: 'admin' })
    const answer = await app.send('GET', '/api/auth/me', { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(401)
  })
})

describe('a forged token', () => {
  const key = deriveKey(TEST_SECRET_KEY, 'session')
  const now = Math.floor(Date.now() / 1000)
  const good = { sub: 'x', tenant: 'uno', role: 'admin', iss: 'espejo', aud: 'espejo-session', exp: now + 60 }

  function handmade(header: object, claims: object, secret: Buffer = key, hash = 'sha256'): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part(header)}.${part(claims)}`
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
  }

  async function isTaken(token: string): Promise<boolean> {
    const answer = await app.send('GET', '/api/products', { headers: { authorization: `Bearer ${token}` } })
    expect([200, 401]).toContain(answer.status)
    return answer.status === 200
  }

  it('is accepted when it is right, so that the following tests prove something', async () => {
    expect(await isTaken(handmade({ alg: 'HS256' }, good))).toBe(true)
  })

  it.each([
    ['algorithm none', handmade({ alg: 'none' }, good)],
    ['algorithm none without signature', handmade({ alg: 'none' }, good).replace(/[^.]*$/, '')],
    ['a swapped algorithm', handmade({ alg: 'HS512' }, good, key, 'sha512')],
    ['another algorithm named over a right signature', handmade({ alg: 'RS256' }, good)],
    ['another key', handmade({ alg: 'HS256' }, good, Buffer.alloc(32, 8))],
    ['the key of another use', handmade({ alg: 'HS256' }, good, deriveKey(TEST_SECRET_KEY, 'ticket'))],
    ['another audience', handmade({ alg: 'HS256' }, { ...good, aud: 'espejo-ticket' })],
    ['another issuer', handmade({ alg: 'HS256' }, { ...good, iss: 'other' })],
    ['an end in the past', handmade({ alg: 'HS256' }, { ...good, exp: now - 60 })],
    ['no end', handmade({ alg: 'HS256' }, { ...good, exp: undefined })],
    ['no tenant', handmade({ alg: 'HS256' }, { ...good, tenant: undefined })],
    ['a role that does not exist', handmade({ alg: 'HS256' }, { ...good, role: 'root' })],
    ['rubbish', 'a.b.c'],
  ])('with %s is refused', async (_what, token) => {
    expect(await isTaken(token)).toBe(false)
  })

  it('whose tenant was altered after signing is refused', async () => {
    const token = await new SignJWT({ tenant: 'uno', role: 'admin' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('x')
      .setIssuer('espejo')
      .setAudience('espejo-session')
      .setExpirationTime('1h')
      .sign(key)
    const [header, , signature] = token.split('.')
    const altered = Buffer.from(JSON.stringify({ ...good, tenant: 'dos' })).toString('base64url')
    expect(await isTaken(token)).toBe(true)
    expect(await isTaken(`${header}.${altered}.${signature}`)).toBe(false)
  })
})

describe('a cross-site request', () => {
  async function withCookie(method: string, path: string, headers: Record<string, string>) {
    const { token } = await app.sessions.issue({ id: 'x', tenantId: 'uno', role: 'admin' })
    return app.send(method, path, { headers: { cookie: `espejo_session=${token}`, ...headers } })
  }

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
  ])('is refused when it would change something: %j', async (headers) => {
    const answer = await withCookie('DELETE', '/api/cianbox/connection', headers)
    expect(answer.status).toBe(403)
    expect(answer.json.code).toBe('cross_site')
  })

  it('is allowed from our own pages, and from programs that send no Origin', async () => {
    const path = '/api/cianbox/connection'
    expect((await withCookie('DELETE', path, { 'sec-fetch-site': 'same-origin' })).status).toBe(204)
    expect((await withCookie('DELETE', path, { origin: app.address })).status).toBe(204)
    expect((await withCookie('DELETE', path, {})).status).toBe(204)
  })

  it('is allowed with a token in the header, which another site cannot add', async () => {
    const admin = await app.as('uno')
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }
    expect((await admin('DELETE', '/api/cianbox/connection', { headers })).status).toBe(204)
  })
})
