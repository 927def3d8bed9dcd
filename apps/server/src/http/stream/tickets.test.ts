import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useDatabase } from '../../../test/support/database.js'
import {
  addTenant,
  bearer,
  beginRun,
  openStream,
  serveStreams,
  type TestServer,
} from '../../../test/support/stream.js'
import type { Session } from '../../accounts/session.js'
import { withTenant } from '../../db/pool.js'
import { createTickets, type Tickets } from './tickets.js'

const database = useDatabase()
const key = new Uint8Array(32).fill(1)
let now = new Date()
let tickets: Tickets
const session = (): Session => ({
  userId: 'ana',
  tenantId: 't1',
  role: 'operator',
  expiresAt: new Date(Math.floor(now.getTime() / 1000) * 1000 + 3_600_000),
})

beforeAll(async () => {
  await addTenant(database.pool, 't1')
  await addTenant(database.pool, 't2')
})
beforeEach(() => {
  now = new Date()
  tickets = createTickets({
    pool: database.pool,
    key,
    now: () => now,
    isSessionLive: async ({ id }) => id !== 'ended',
  })
})

describe('a ticket', () => {
  it('returns its session', async () => {
    const { ticket } = await tickets.mint(session(), null)
    expect(await tickets.redeem(ticket, 'any0run')).toEqual(session())
  })

  it('opens nothing after its session has ended', async () => {
    const live = await tickets.mint({ ...session(), id: 'live' }, null)
    expect(await tickets.redeem(live.ticket, 'r')).toEqual({ ...session(), id: 'live' })
    const ended = await tickets.mint({ ...session(), id: 'ended' }, null)
    expect(await tickets.redeem(ended.ticket, 'r')).toBeNull()
  })

  it('opens one stream, however many try at once', async () => {
    const { ticket } = await tickets.mint(session(), null)
    const tries = await Promise.all(Array.from({ length: 8 }, () => tickets.redeem(ticket, 'r')))
    expect(tries.filter((one) => one !== null)).toHaveLength(1)
    expect(await tickets.redeem(ticket, 'r')).toBeNull()
  })

  it('lasts at most 30 seconds, and no longer than the session', async () => {
    const { ticket, expiresAt } = await tickets.mint(session(), null)
    expect(expiresAt.getTime() - now.getTime()).toBeLessThanOrEqual(30_000)
    expect(expiresAt.getTime() - now.getTime()).toBeGreaterThan(28_000)
    now = expiresAt
    expect(await tickets.redeem(ticket, 'r')).toBeNull()
    const short = { ...session(), expiresAt: new Date(now.getTime() + 5_000) }
    expect((await tickets.mint(short, null)).expiresAt.getTime()).toBeLessThanOrEqual(
      short.expiresAt.getTime(),
    )
  })

  it('for one run opens neither another run nor the starting route', async () => {
    const { ticket } = await tickets.mint(session(), 'mine')
    expect(await tickets.redeem(ticket, 'other')).toBeNull()
    expect(await tickets.redeem(ticket, null)).toBeNull()
    expect(await tickets.redeem(ticket, 'mine')).toEqual(session())
  })

  it.each([
    ['without a signature', () => new UnsecuredJWT(claims()).encode()],
    ['signed with another key', () => sign(claims(), new Uint8Array(32).fill(2))],
    ['signed with another algorithm', () => sign(claims(), new Uint8Array(64).fill(1), 'HS512')],
    ['for another audience', () => sign({ ...claims(), aud: 'espejo-session' })],
    ['without an end', () => sign({ ...claims(), exp: undefined })],
    ['without a number', () => sign({ ...claims(), jti: undefined })],
    ['with an unknown role', () => sign({ ...claims(), role: 'root' })],
    ['without a tenant', () => sign({ ...claims(), tenant: undefined })],
    ['that is not a token', () => 'x.y.z'],
    ['that is empty', () => ''],
  ])('%s is refused', async (_case, forge) => {
    expect(await tickets.redeem(await forge(), 'r')).toBeNull()
  })

  it('signed like ours is accepted, which shows that the forged ones are refused for the stated reason', async () => {
    expect(await tickets.redeem(await sign(claims()), 'r')).not.toBeNull()
  })

  it('used long ago is deleted', async () => {
    const { ticket } = await tickets.mint(session(), null)
    await tickets.redeem(ticket, 'r')
    await withTenant(database.pool, 't1', (tx) =>
      tx.query(`UPDATE app.used_tickets SET expires_at = expires_at - interval '1 hour'`),
    )
    const { ticket: later } = await tickets.mint(session(), null)
    await tickets.redeem(later, 'r')
    const { rows } = await withTenant(database.pool, 't1', (tx) =>
      tx.query('SELECT count(*)::int AS n FROM app.used_tickets'),
    )
    expect(rows).toEqual([{ n: 1 }])
  })

  it('is not deleted by a node whose clock is fast while another node would accept it again', async () => {
    const { ticket } = await tickets.mint(session(), null)
    expect(await tickets.redeem(ticket, 'r')).not.toBeNull()
    const onTime = now
    now = new Date(onTime.getTime() + 5 * 60_000)
    await tickets.redeem((await tickets.mint(session(), null)).ticket, 'r')
    now = onTime
    expect(await tickets.redeem(ticket, 'r')).toBeNull()
  })

  function claims(): Record<string, unknown> {
    const exp = Math.floor(now.getTime() / 1000) + 20
    const { tenantId, role, expiresAt } = session()
    return {
      sub: 'ana',
      tenant: tenantId,
      role,
      sessionEnd: expiresAt.getTime(),
      aud: 'stream',
      jti: `j${exp}`,
      exp,
    }
  }
  function sign(payload: Record<string, unknown>, by = key, alg = 'HS256'): Promise<string> {
    return new SignJWT(payload).setProtectedHeader({ alg }).sign(by)
  }
})

describe('the ticket route', () => {
  let api: TestServer
  beforeAll(async () => {
    api = await serveStreams(database.pool)
    return () => api.close()
  })

  const mint = (headers: Record<string, string>, body?: unknown) =>
    fetch(`${api.url}/stream-tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const ticketOf = async (answer: Response) => ((await answer.json()) as { ticket: string }).ticket

  it('creates a ticket that opens the stream once', async () => {
    const run = await beginRun(database.pool, 't1')
    const answer = await mint(bearer('t1'), { runId: run.id })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const url = `${api.url}/cianbox/sync/runs/${run.id}/events?ticket=${await ticketOf(answer)}`
    const stream = await openStream(url, {})
    expect((await stream.event('start')).id).toBe(`${run.id}.1`)
    const replay = await fetch(url, { headers: { accept: 'text/event-stream' } })
    expect(replay.status).toBe(401)
    expect(await replay.json()).toMatchObject({ code: 'ticket_invalid' })
    stream.close()
    await run.complete()
  })

  it('creates a ticket for the starting route when no run is given', async () => {
    const ticket = await ticketOf(await mint(bearer('t2')))
    const stream = await openStream(`${api.url}/cianbox/sync/products/stream?ticket=${ticket}`, {})
    await stream.event('start')
    stream.close()
  })

  it("refuses requests without a session, of another site, for another tenant's run, or by a ticket", async () => {
    const run = await beginRun(database.pool, 't1')
    expect((await mint({})).status).toBe(401)
    expect((await mint({ cookie: 'session=x', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await mint(bearer('t2'), { runId: run.id })).status).toBe(404)
    expect((await mint(bearer('t1'), { runId: '\0' })).status).toBe(404)
    expect((await mint(bearer('t1'), { runId: 7 })).status).toBe(422)
    const ticket = await ticketOf(await mint(bearer('t1')))
    const chained = await fetch(`${api.url}/stream-tickets?ticket=${ticket}`, { method: 'POST' })
    expect(chained.status).toBe(401)
  })
})
