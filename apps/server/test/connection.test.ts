import type { Tokens } from '@espejo/cianbox'
import { connectionBody } from '@espejo/contract/schemas'
import { createSimulator, type Fault } from '@espejo/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createClientFactory } from '../src/connections/client-factory.js'
import { createConnectionStore } from '../src/connections/connection-store.js'
import { createSealer, UnsealError } from '../src/connections/secrets.js'
import { withTenant } from '../src/db/pool.js'
import { connectionSchema, connectionTestSchema } from '../src/http/answer-schemas.js'
import { type Client, useApp } from './support/app.js'

const PASSWORD = 'clave-plantada-31337'
const PATH = '/api/cianbox/connection'
const FORM = { cuenta: 'acme', appName: 'espejo', appCode: 'codigo', user: 'ana', password: PASSWORD }

const simulator = createSimulator({
  accounts: [{ cuenta: 'acme', user: 'ana', password: PASSWORD, products: 25, seed: 3 }],
})
const erp = simulator.account('acme')
let baseUrl = ''
beforeAll(async () => {
  baseUrl = (await simulator.listen()).url
})
afterAll(() => simulator.close())

const app = useApp({ cianboxBaseUrl: () => baseUrl })
let uno: Client
let dos: Client
const store = () => createConnectionStore(app.deps)

beforeAll(async () => {
  uno = await app.as('uno')
  dos = await app.as('dos')
})
beforeEach(async () => {
  erp.clearFaults()
  await uno('DELETE', PATH)
  await dos('DELETE', PATH)
})

/** A tenant's row of `app.connections` as text, with bytes as hexadecimal. */
async function atRest(tenantId: string): Promise<string> {
  const { rows } = await withTenant(app.database.pool, tenantId, (tx) =>
    tx.query<{ whole: string }>('SELECT c::text AS whole FROM app.connections c WHERE tenant_id = $1', [
      tenantId,
    ]),
  )
  return rows[0]?.whole ?? ''
}

describe('the connection', () => {
  it('is written, read, changed and deleted, and no response has its password', async () => {
    expect((await uno('GET', PATH)).status).toBe(404)
    const saved = await uno('PUT', PATH, { body: FORM })
    expect(saved.status).toBe(200)
    expect(connectionSchema.strict().parse(saved.json)).toMatchObject({
      cuenta: 'acme',
      hasPassword: true,
      pageSize: 200,
      dialect: 'v2',
      requestsPerSecond: 2,
      isActive: true,
    })
    expect((await uno('GET', PATH)).json).toEqual(saved.json)

    const { password: _, ...rest } = FORM
    const changed = await uno('PUT', PATH, { body: { ...rest, pageSize: 50, isActive: false } })
    expect(changed.json).toMatchObject({ pageSize: 50, isActive: false, hasPassword: true })
    expect((await store().open('uno'))?.password).toBe(PASSWORD)

    expect((await uno('DELETE', PATH)).status).toBe(204)
    expect((await uno('DELETE', PATH)).status).toBe(204)
    expect((await uno('GET', PATH)).status).toBe(404)
    for (const { text } of [saved, changed]) expect(text).not.toContain(PASSWORD)
  })

  it('needs a password the first time: the error names the field', async () => {
    const { password: _, ...rest } = FORM
    const answer = await uno('PUT', PATH, { body: rest })
    expect(answer.status).toBe(422)
    expect(answer.json.errors).toEqual([{ path: 'password', message: 'Falta la contraseña.' }])
  })

  it.each([
    [{ cuenta: '../otra' }, 'cuenta'],
    [{ cuenta: 'a/b' }, 'cuenta'],
    [{ pageSize: 201 }, 'pageSize'],
    [{ pageSize: 9.5 }, 'pageSize'],
    [{ dialect: 'v3' }, 'dialect'],
    [{ user: 'a\u0000b' }, 'user'],
    [{ requestsPerSecond: 0 }, 'requestsPerSecond'],
  ])('refuses %j', async (change, path) => {
    const answer = await uno('PUT', PATH, { body: { ...FORM, ...change } })
    expect(answer.status).toBe(422)
    expect(answer.json.errors[0].path).toBe(path)
  })

  it('is visible to its tenant only', async () => {
    await uno('PUT', PATH, { body: FORM })
    expect((await dos('GET', PATH)).status).toBe(404)
    await dos('DELETE', PATH)
    expect((await uno('GET', PATH)).status).toBe(200)
  })

  it('is encrypted in the database, and not readable for another tenant', async () => {
    await uno('PUT', PATH, { body: FORM })
    await dos('PUT', PATH, { body: { ...FORM, password: 'otra cosa' } })
    expect(await atRest('uno')).not.toContain(PASSWORD)
    expect(await atRest('uno')).not.toContain(Buffer.from(PASSWORD).toString('hex'))

    const { rows } = await withTenant(app.database.pool, 'uno', (tx) =>
      tx.query<{ sealed: Buffer }>('SELECT password_sealed AS sealed FROM app.connections'),
    )
    await withTenant(app.database.pool, 'dos', (tx) =>
      tx.query('UPDATE app.connections SET password_sealed = $1', [rows[0]?.sealed]),
    )
    await expect(store().open('dos')).rejects.toThrow(UnsealError)
    const answer = await dos('POST', `${PATH}/test`)
    expect(answer.json).toMatchObject({ ok: false, code: 'password_unreadable' })
  })
})

describe("the ERP's tokens", () => {
  const tokens: Tokens = { accessToken: 'CBX_AT-secreto', refreshToken: null, expiresAt: 1 }

  async function saved(change: object) {
    await uno('PUT', PATH, { body: FORM })
    const version = (await store().open('uno'))?.credentialsVersion ?? 0
    await store().saveTokens('uno', version, tokens)
    expect(await store().loadTokens('uno', version)).toEqual(tokens)
    await uno('PUT', PATH, { body: { ...FORM, password: undefined, ...change } })
    return { before: version, after: (await store().open('uno'))?.credentialsVersion ?? 0 }
  }

  it('are encrypted in the database', async () => {
    await saved({})
    expect(await atRest('uno')).not.toContain(Buffer.from('CBX_AT').toString('hex'))
  })

  it.each([{}, { pageSize: 20 }, { isActive: false }])('are kept when %j changes', async (change) => {
    const { before, after } = await saved(change)
    expect(after).toBe(before)
    expect(await store().loadTokens('uno', after)).toEqual(tokens)
  })

  it.each([{ cuenta: 'otra' }, { user: 'eva' }, { appCode: 'x' }, { appName: 'x' }, { password: 'nueva' }])(
    'go when %j changes, and one who still holds the old ones cannot leave them',
    async (change) => {
      const { before, after } = await saved(change)
      expect(await store().loadTokens('uno', after)).toBeNull()
      await store().saveTokens('uno', before, tokens)
      expect(await store().loadTokens('uno', after)).toBeNull()
    },
  )

  it('that are not readable are replaced by a new login', async () => {
    const { after } = await saved({})
    const rotated = createConnectionStore({
      pool: app.database.pool,
      sealer: createSealer(Buffer.alloc(32, 1)),
    })
    expect(await rotated.loadTokens('uno', after)).toBeNull()
    await expect(rotated.open('uno')).rejects.toThrow(UnsealError)
  })

  it('are shared between clients: a second client does not log in', async () => {
    await uno('PUT', PATH, { body: FORM })
    erp.resetCounts()
    const factory = createClientFactory({ ...app.deps, baseUrl })
    const routes: string[] = []
    for (let i = 0; i < 2; i++) {
      const opened = await factory.forTenant('uno', { onRequest: ({ route }) => routes.push(route) })
      const page = await opened?.client.listProducts({ page: 1, limit: 10 })
      expect(page?.products).toHaveLength(10)
      await opened?.client.close()
    }
    expect(routes).toEqual(['/auth/credentials', '/productos', '/productos'])
    expect(await factory.forTenant('dos')).toBeNull()
  })
})

describe('testing the connection', () => {
  async function tryOut(body: object = {}, client: Client = uno) {
    const answer = await client('POST', `${PATH}/test`, { body })
    expect(answer.status).toBe(200)
    return connectionTestSchema.parse(answer.json)
  }

  it('reads products with the stored values and returns their approximate number', async () => {
    await uno('PUT', PATH, { body: { ...FORM, pageSize: 20 } })
    const found = await tryOut()
    expect(found).toMatchObject({
      ok: true,
      totalPages: 2,
      message: 'Conexión correcta. La cuenta tiene unos 30 productos.',
    })
    expect(found.ok && found.sample).toHaveLength(5)
  })

  it('works without a body', async () => {
    await uno('PUT', PATH, { body: FORM })
    expect((await uno('POST', `${PATH}/test`)).json.ok).toBe(true)
  })

  it('uses values that are not saved, and the stored password when the form has none', async () => {
    expect(await tryOut(FORM, dos)).toMatchObject({ ok: true })
    expect((await dos('GET', PATH)).status).toBe(404)
    await uno('PUT', PATH, { body: { ...FORM, user: 'nadie' } })
    expect(await tryOut()).toMatchObject({ ok: false, code: 'upstream_auth' })
    expect(await tryOut({ user: 'ana' })).toMatchObject({ ok: true })
    expect(await tryOut({ user: 'ana', password: 'mala' })).toMatchObject({
      ok: false,
      code: 'upstream_auth',
    })
  })

  it('reports missing values', async () => {
    expect(await tryOut()).toMatchObject({ ok: false, code: 'connection_missing' })
    expect(await tryOut({ cuenta: 'acme', user: 'ana' })).toMatchObject({
      ok: false,
      code: 'connection_missing',
    })
  })

  it.each<[string, Fault | null, object, string, RegExp]>([
    ['a wrong password', null, { password: 'mala' }, 'upstream_auth', /usuario y contraseña/],
    ['an unknown account', null, { cuenta: 'otra' }, 'upstream_account', /cuenta/],
    ['a suspended account', { kind: 'forbidden' }, {}, 'upstream_forbidden', /suspendida/],
    ['an ERP that is broken', { kind: 'server-error' }, {}, 'upstream_server_error', /error/],
    ['HTML instead of JSON', { kind: 'html-ok' }, {}, 'upstream_invalid_response', /entender/],
    ['a connection that is cut', { kind: 'reset' }, {}, 'upstream_unreachable', /conectar/],
    ['too many requests', { kind: 'too-many-requests' }, {}, 'upstream_rate_limited', /frecuencia/],
    ['an ERP that hangs', { kind: 'hang' }, {}, 'upstream_timeout', /tardó/],
  ])('of %s returns a message that says what to check', async (_what, fault, change, code, sentence) => {
    if (fault) erp.inject(fault)
    const result = await tryOut({ ...FORM, ...change })
    expect(result).toMatchObject({ ok: false, code })
    expect(result.message).toMatch(sentence)
    expect(result.message).not.toContain(PASSWORD)
  })

  it('sends two requests', async () => {
    erp.resetCounts()
    await tryOut(FORM)
    expect(erp.counts().byRoute).toEqual({ 'POST /auth/credentials': 1, 'GET /productos': 1 })
  })
})

describe('the log of all these tests', () => {
  it('contains no password, no token and no app code', () => {
    expect(app.log()).toContain(`"path":"${PATH}/test"`)
    for (const secret of [PASSWORD, 'mala', 'CBX_AT', 'CBX_RT', FORM.appCode, 'Bearer', 'eyJ']) {
      expect(app.log()).not.toContain(secret)
    }
  })
})

it('the form has the documented defaults', () => {
  expect(connectionBody.parse(FORM)).toMatchObject({
    pageSize: 200,
    dialect: 'v2',
    requestsPerSecond: 2,
    isActive: true,
  })
})
