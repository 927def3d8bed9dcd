import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createUser } from '../src/accounts/accounts.js'
import { type Service, startService } from '../src/app/create-server.js'
import { withTenant } from '../src/db/pool.js'
import { openSessionSchema } from '../src/http/answer-schemas.js'
import { TEST_PASSWORD, useApp } from './support/app.js'
import { beginRun, openStream, type TestRun } from './support/stream.js'

/** Two nodes on one database: the app, and another one. */
const app = useApp({ liveSessions: true })
let other: Service
let run: TestRun
let email = ''
let people = 0

beforeAll(async () => {
  const { config, log } = app.services
  other = await startService(config, log, { worker: false, maintenance: false, webDir: '/nowhere' })
  run = await beginRun(app.database.pool, 'uno')
})
afterAll(() => other?.stop())

async function addPerson() {
  email = `person${++people}@uno.test`
  const user = await createUser(app.database.pool, {
    ...{ tenantId: 'uno', email, name: 'Ana', role: 'admin', password: TEST_PASSWORD },
  })
  if (!user) throw new Error('there already')
  return user
}

async function signIn(password = TEST_PASSWORD): Promise<string> {
  const { status, json } = await app.send('POST', '/api/auth/login', { body: { email, password } })
  if (status !== 200) throw new Error(`login: ${status}`)
  return json.token as string
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const nodes = () => [app.address, (other.http?.url ?? '').replace('localhost', '127.0.0.1')]

/** The statuses of both nodes to a request with this token. */
function statuses(token: string): Promise<number[]> {
  return Promise.all(
    nodes().map(async (url) => (await fetch(`${url}/api/auth/me`, { headers: bearer(token) })).status),
  )
}

function watch(node: 0 | 1, token: string) {
  return openStream(`${nodes()[node]}/api/cianbox/sync/runs/${run.id}/events`, bearer(token))
}

const changePassword = (token: string, body: object) =>
  app.send('POST', '/api/auth/password', { body, headers: bearer(token) })

function inTenant(sql: string, ...values: unknown[]) {
  return withTenant(app.database.pool, 'uno', (tx) => tx.query(sql, values))
}

describe('a logout', () => {
  it('ends the session on every node at once, and its streams within 5 s, but no other session', async () => {
    await addPerson()
    const [left, stays] = [await signIn(), await signIn()]
    const streams = await Promise.all([watch(0, left), watch(1, left), watch(1, stays)])
    const { json } = await app.send('POST', '/api/stream-tickets', { headers: bearer(left) })
    expect(await statuses(left)).toEqual([200, 200])

    expect((await app.send('POST', '/api/auth/logout', { headers: bearer(left) })).status).toBe(204)
    const started = performance.now()
    expect(await statuses(left)).toEqual([401, 401])
    const events = `/api/cianbox/sync/runs/${run.id}/events`
    expect((await app.send('GET', `${events}?ticket=${json.ticket}`)).json.code).toBe('ticket_invalid')
    expect((await app.send('GET', `${events}?token=${left}`)).status).toBe(401)
    await Promise.all([streams[0]?.over, streams[1]?.over])
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(await statuses(stays)).toEqual([200, 200])
    expect(streams[2]?.isOver()).toBe(false)
    streams[2]?.close()
  })
})

describe('a change of the password', () => {
  const NEW = 'otra clave de prueba'

  it('ends all other sessions of the person, and keeps the one that changed it', async () => {
    await addPerson()
    const [own, lost] = [await signIn(), await signIn()]
    const stream = await watch(1, lost)
    const answer = await changePassword(own, { current: TEST_PASSWORD, new: NEW })
    expect([answer.status, answer.text]).toEqual([204, ''])
    const started = performance.now()
    expect(await statuses(lost)).toEqual([401, 401])
    expect(await statuses(own)).toEqual([200, 200])
    await stream.over
    expect(performance.now() - started).toBeLessThan(5_000)
    await expect(signIn()).rejects.toThrow('login: 401')
    expect(await statuses(await signIn(NEW))).toEqual([200, 200])
  })

  it('needs the current one, which cannot be guessed here either', async () => {
    await addPerson()
    const token = await signIn()
    const answers: number[] = []
    for (let i = 0; i < 7; i++) {
      answers.push((await changePassword(token, { current: `guess ${i}`, new: NEW })).status)
    }
    expect(answers).toEqual([403, 403, 403, 403, 403, 429, 429])
    expect(await statuses(token)).toEqual([200, 200])
  })

  it.each(['corta', 'Password1234!', 'espejo-espejo-espejo'])('refuses an easy one: %s', async (weak) => {
    await addPerson()
    const answer = await changePassword(await signIn(), { current: TEST_PASSWORD, new: weak })
    expect([answer.status, answer.json.code]).toEqual([422, 'weak_password'])
    expect(answer.json.errors[0].path).toBe('new')
    await signIn()
  })

  it('takes accents in either form of Unicode', async () => {
    await addPerson()
    const composed = 'señales de montaña'
    await changePassword(await signIn(), { current: TEST_PASSWORD, new: composed })
    expect(await signIn(composed.normalize('NFD'))).toBeTruthy()
  })

  it('while a sign-in with the old one is under way leaves no session of the old one', async () => {
    const user = await addPerson()
    const { sessions } = app.deps
    const { rows } = await inTenant('SELECT password_hash FROM app.users WHERE user_id = $1', user.id)
    await changePassword(await signIn(), { current: TEST_PASSWORD, new: NEW })
    expect(await sessions?.start(user, rows[0].password_hash)).toBeNull()
  })
})

describe('a session', () => {
  it('ends when its user is deleted or gets another role', async () => {
    const user = await addPerson()
    const token = await signIn()
    await inTenant("UPDATE app.users SET role = 'viewer' WHERE user_id = $1", user.id)
    expect(await statuses(token)).toEqual([401, 401])
    const viewer = await signIn()
    expect(await statuses(viewer)).toEqual([200, 200])
    await inTenant('DELETE FROM app.users WHERE user_id = $1', user.id)
    expect(await statuses(viewer)).toEqual([401, 401])
    expect((await inTenant('SELECT FROM app.sessions WHERE user_id = $1', user.id)).rowCount).toBe(0)
  })

  it('ends two hours after its last use, and each use counts', async () => {
    const user = await addPerson()
    const token = await signIn()
    const age = (interval: string) =>
      inTenant(
        'UPDATE app.sessions SET last_seen_at = now() - $2::interval WHERE user_id = $1',
        user.id,
        interval,
      )
    await age('119 minutes')
    expect(await statuses(token)).toEqual([200, 200])
    const { rows } = await inTenant(
      "SELECT last_seen_at > now() - interval '1 minute' AS fresh FROM app.sessions WHERE user_id = $1",
      user.id,
    )
    expect(rows).toEqual([{ fresh: true }])
    await age('121 minutes')
    expect(await statuses(token)).toEqual([401, 401])
  })

  it('is checked together with others of its tenant, and with none of another tenant', async () => {
    await addPerson()
    const tokens: string[] = []
    for (let i = 0; i < 10; i++) tokens.push(await signIn())
    const all = await Promise.all(tokens.map(statuses))
    expect(all.flat().every((status) => status === 200)).toBe(true)
    const { rowCount } = await withTenant(app.database.pool, 'dos', (tx) =>
      tx.query('SELECT FROM app.sessions'),
    )
    expect(rowCount).toBe(0)
  })
})

describe("a person's own sessions", () => {
  const call = (method: string, path: string, token: string) =>
    app.send(method, path, { headers: bearer(token) })

  it('are listed, and one of them can be ended, but none of another person', async () => {
    await addPerson()
    const foreign = await signIn()
    const [foreignSession] = (await call('GET', '/api/auth/sessions', foreign)).json.items
    await addPerson()
    const [own, lost] = [await signIn(), await signIn()]
    const { items, nextCursor } = (await call('GET', '/api/auth/sessions', own)).json
    expect(nextCursor).toBeNull()
    for (const item of items) openSessionSchema.strict().parse(item)
    expect(items).toHaveLength(2)
    const [rest, current] = [false, true].map((isCurrent) =>
      items.find((item: { isCurrent: boolean }) => item.isCurrent === isCurrent),
    )
    expect(current.id).not.toBe(rest.id)
    expect((await call('DELETE', `/api/auth/sessions/${foreignSession.id}`, own)).status).toBe(404)
    expect((await call('DELETE', `/api/auth/sessions/${rest.id}`, own)).status).toBe(204)
    expect((await call('DELETE', `/api/auth/sessions/${rest.id}`, own)).status).toBe(404)
    expect(await statuses(lost)).toEqual([401, 401])
    expect(await statuses(own)).toEqual([200, 200])
    expect(await statuses(foreign)).toEqual([200, 200])
  })

  it('can all be ended at once', async () => {
    await addPerson()
    const tokens = [await signIn(), await signIn()]
    const stream = await watch(1, tokens[1] ?? '')
    const answer = await call('POST', '/api/auth/logout-everywhere', tokens[0] ?? '')
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^espejo_session=;/)
    expect((await Promise.all(tokens.map(statuses))).flat()).toEqual([401, 401, 401, 401])
    await stream.over
  })
})

describe('a token of the version before, which has no row', () => {
  it('is accepted, and a logout ends it on every node', async () => {
    const { token } = await app.sessions.issue(await addPerson())
    expect(await statuses(token)).toEqual([200, 200])
    await app.send('POST', '/api/auth/logout', { headers: bearer(token) })
    expect(await statuses(token)).toEqual([401, 401])
  })

  it('that no newer node has seen is ended by a change of the password', async () => {
    const user = await addPerson()
    const { token } = await app.sessions.issue(user)
    await changePassword(await signIn(), { current: TEST_PASSWORD, new: 'otra clave de prueba' })
    expect(await statuses(token)).toEqual([401, 401])
  })

  it('of a user that does not exist is refused', async () => {
    const { token } = await app.sessions.issue({ id: 'gone', tenantId: 'uno', role: 'admin' })
    expect(await statuses(token)).toEqual([401, 401])
  })
})
