import { describe, expect, it } from 'vitest'
import { createSetup } from '../src/accounts/setup.js'
import { idFromName, listTenants } from '../src/accounts/tenants.js'
import { createSealer } from '../src/connections/secrets.js'
import { withTenant } from '../src/db/pool.js'
import { useApp } from './support/app.js'
import { TEST_SECRET_KEY } from './support/services.js'

const ADMIN = {
  tenantName: 'Ferretería El Tornillo',
  name: 'Ana',
  email: 'Ana@Tornillo.test',
  password: 'una clave de prueba',
}

describe('the first set-up', () => {
  const app = useApp({ tenants: [] })
  const codeOf = (url: string | null) => new URL(url ?? '').searchParams.get('code') ?? ''
  let address = 0
  const post = (body: object, from = `10.0.0.${++address}`) =>
    app.send('POST', '/api/setup', { body: { ...ADMIN, ...body }, headers: { 'x-forwarded-for': from } })

  it('is announced by a link whose code is the same in every process and after a restart', async () => {
    expect(app.setupUrl).toMatch(/^http:\/\/localhost:\d+\/instalar\?code=[a-z0-9]{26}$/)
    const deps = { pool: app.database.pool, fixedCode: undefined }
    const other = createSetup({ ...deps, sealer: createSealer(TEST_SECRET_KEY) })
    expect(await other.currentCode()).toBe(codeOf(app.setupUrl))
    expect((await app.send('GET', '/api/setup')).json).toEqual({ needed: true, demo: false })
  })

  it('stores no code in clear, and shows the row to no tenant', async () => {
    const { rows } = await withTenant(app.database.pool, 'uno', (tx) =>
      tx.query('SELECT * FROM app.setup_code'),
    )
    expect(rows).toEqual([])
    expect(app.log()).not.toContain(codeOf(app.setupUrl))
  })

  it('refuses a wrong code, and slows an address that guesses down', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await post({ code: `guess-${i}` }, '10.9.9.9')).status)
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429])
    const refused = await post({ code: 'guess' })
    expect(refused.json.code).toBe('wrong_setup_code')
    const throttled = await post({ code: codeOf(app.setupUrl) }, '10.9.9.9')
    expect(throttled.status).toBe(429)
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await listTenants(app.database.pool)).toEqual([])
  })

  it.each([
    [{ password: 'corta' }, 'password', /al menos 12/],
    [{ password: 'ferreteria2026' }, 'password', /fácil de adivinar/],
    [{ email: 'ana' }, 'email', /correo/],
    [{ tenantName: ' ' }, 'tenantName', /Falta/],
    [{ name: 'a\u0000' }, 'name', /caracteres/],
  ])('names the field that is wrong in %j', async (body, path, sentence) => {
    const answer = await post({ code: codeOf(app.setupUrl), ...body })
    expect(answer.status).toBe(422)
    const [error] = answer.json.errors
    expect(error.path).toBe(path)
    expect(error.message).toMatch(sentence)
  })

  it('is refused from a page of another site', async () => {
    const answer = await app.send('POST', '/api/setup', {
      body: { ...ADMIN, code: codeOf(app.setupUrl) },
      headers: { origin: 'https://evil.example' },
    })
    expect(answer.json.code).toBe('cross_site')
  })

  it('makes one tenant with one administrator, also for ten requests at once, and answers as a login', async () => {
    const code = codeOf(app.setupUrl)
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ code })))
    const done = answers.filter(({ status }) => status === 201)
    expect(done).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
    const [{ json, headers }] = done as [(typeof answers)[number]]
    expect(json.user).toMatchObject({
      email: 'ana@tornillo.test',
      name: 'Ana',
      role: 'admin',
      tenantId: 'ferreteria-el-tornillo',
    })
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await app.send('GET', '/api/auth/me', { headers: { cookie } })).json).toEqual(json.user)
    expect(await listTenants(app.database.pool)).toMatchObject([{ name: 'Ferretería El Tornillo' }])
    const { email, password } = ADMIN
    expect((await app.send('POST', '/api/auth/login', { body: { email, password } })).status).toBe(200)
  })

  it('cannot be done again: whatever the code, it is a 409, and no start prints a link', async () => {
    expect((await app.send('GET', '/api/setup')).json).toEqual({ needed: false, demo: false })
    for (const code of [codeOf(app.setupUrl), 'guess']) {
      const again = await post({ code })
      expect([again.status, again.json.code]).toEqual([409, 'already_set_up'])
    }
    const deps = { pool: app.database.pool, fixedCode: 'a-fixed-code' }
    expect(await createSetup({ ...deps, sealer: createSealer(TEST_SECRET_KEY) }).currentCode()).toBeNull()
  })

  it('has another code when it is needed again', async () => {
    const { pool } = app.database
    await withTenant(pool, 'ferreteria-el-tornillo', async (tx) => {
      await tx.query('DELETE FROM app.users')
      await tx.query('DELETE FROM app.tenants')
    })
    const setup = createSetup({ pool, sealer: createSealer(TEST_SECRET_KEY), fixedCode: undefined })
    expect(await setup.currentCode()).not.toBe(codeOf(app.setupUrl))
    // With another secret key the stored code cannot be read, and is replaced.
    const other = createSetup({ pool, sealer: createSealer(Buffer.alloc(32, 8)), fixedCode: undefined })
    expect(await other.currentCode()).toMatch(/^[a-z0-9]{26}$/)
    expect((await post({ code: codeOf(app.setupUrl) })).status).toBe(403)
  })
})

describe('the first set-up with ESPEJO_SETUP_CODE', () => {
  const app = useApp({ tenants: [], settings: { ESPEJO_SETUP_CODE: 'from-the-operator' } })

  it('takes that code', async () => {
    expect(app.setupUrl).toContain('?code=from-the-operator')
    const answer = await app.send('POST', '/api/setup', { body: { ...ADMIN, code: 'from-the-operator' } })
    expect(answer.status).toBe(201)
  })
})

it("a tenant's id is made of the letters of its name that ids allow", () => {
  expect(idFromName('Ñandú & Cía. S.R.L.')).toBe('nandu-cia-s-r-l')
  expect(idFromName('东方')).toBe('')
  expect(idFromName(`${'a'.repeat(29)} b`)).toBe('a'.repeat(29))
})
