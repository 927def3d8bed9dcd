import { until } from '@espejo/tooling/until'
import { describe, expect, it } from 'vitest'
import { BudgetSpentError } from '../src/connections/budget-spent.js'
import { createConnectionStore } from '../src/connections/connection-store.js'
import { createConnectionTester } from '../src/connections/connection-tester.js'
import { createRequestLimiter } from '../src/connections/request-limiter.js'
import { createRequestLimits } from '../src/connections/request-limits.js'
import { withTenant } from '../src/db/pool.js'
import { useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'

const PLACES = 6
const live = useLiveApp({ runsAtOnce: PLACES })
const { app } = live
const CONNECTION = '/api/cianbox/connection'

interface Turn {
  turnAt: Date
  spentUntil: Date | null
}

const reserveRequest = async (
  pool: typeof app.database.pool,
  tenantId: string,
  name: 'reserve_request' | 'take_turn' = 'reserve_request',
) => {
  const { rows } = await pool.query<Turn>(
    `SELECT turn_at AS "turnAt", spent_until AS "spentUntil" FROM app.${name}($1)`,
    [tenantId],
  )
  return rows[0] as Turn
}

describe('the request slots of a tenant', () => {
  it('keep their distance, also when several nodes reserve them', async () => {
    const { id } = await live.tenant('paced', { connection: { requestsPerSecond: 5 } })
    const pools = [app.database.pool, (await live.node()).pool, (await live.node()).pool]
    const turns = await Promise.all(
      Array.from({ length: 30 }, (_, i) => reserveRequest(pools[i % 3] ?? app.database.pool, id)),
    )
    const times = turns.map(({ turnAt }) => turnAt.getTime()).sort((a, b) => a - b)
    const distances = times.slice(1).map((time, i) => time - (times[i] ?? 0))
    // Dates are whole milliseconds.
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(199)
  })

  it('are independent of those of another tenant', async () => {
    const { id: mine } = await live.tenant('mine', { connection: { requestsPerSecond: 0.1 } })
    const { id: theirs } = await live.tenant('theirs', { connection: { requestsPerSecond: 0.1 } })
    const [first, second] = [
      await reserveRequest(app.database.pool, mine),
      await reserveRequest(app.database.pool, mine),
    ]
    expect(second.turnAt.getTime() - first.turnAt.getTime()).toBeGreaterThanOrEqual(9_999)
    const other = await reserveRequest(app.database.pool, theirs)
    expect(other.turnAt.getTime()).toBeLessThan(second.turnAt.getTime())
  })

  it('are shared with processes of the previous version, which call the functions by their old names', async () => {
    const { id } = await live.tenant('rolling', { connection: { requestsPerSecond: 0.1 } })
    const { pool } = app.database
    const first = await reserveRequest(pool, id, 'take_turn')
    const second = await reserveRequest(pool, id)
    expect(second.turnAt.getTime() - first.turnAt.getTime()).toBeGreaterThanOrEqual(9_999)

    await pool.query('SELECT app.block_turns($1, $1, 60000)', [id])
    const { rows } = await pool.query<{ ms: number }>(
      'SELECT blocked_ms AS ms FROM app.reserve_request($1, $1)',
      [id],
    )
    expect(rows[0]?.ms).toBeGreaterThan(50_000)
  })

  it('make the limiter wait and report until when', async () => {
    const { id } = await live.tenant('told', { connection: { requestsPerSecond: 0.1 } })
    const slept: number[] = []
    const told: (Date | null)[] = []
    const limiter = createRequestLimiter(app.database.pool, id, {
      cuenta: id,
      now: () => new Date(0),
      sleep: async (ms) => void slept.push(ms),
    })
    const { signal } = new AbortController()
    expect(await limiter.run(async () => 'a', signal)).toBe('a')
    expect(
      await limiter.run(
        async () => 'b',
        signal,
        (until) => told.push(until),
      ),
    ).toBe('b')
    expect(slept).toHaveLength(1)
    expect(slept[0]).toBeGreaterThan(5_000)
    expect(told.map((at) => at?.getTime())).toEqual([Math.floor(slept[0] ?? 0)])
  })

  it('end with the budget, until the next day in Argentina', async () => {
    const { id, call } = await live.tenant('spent', { connection: { dailyRequestBudget: 10 } })
    const limiter = createRequestLimiter(app.database.pool, id, {
      cuenta: id,
      now: () => new Date(),
      sleep: async () => undefined,
    })
    const { signal } = new AbortController()
    for (let i = 0; i < 10; i++) await limiter.run(async () => undefined, signal)
    const error = await limiter.run(async () => undefined, signal).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BudgetSpentError)
    expect((error as BudgetSpentError).until.toISOString()).toMatch(/T03:00:00\.000Z$/)
    expect((await call('GET', CONNECTION)).json).toMatchObject({ dailyRequestBudget: 10, requestsToday: 10 })

    await withTenant(app.database.pool, id, (tx) => tx.query('UPDATE app.request_turns SET day = day - 1'))
    expect((await call('GET', CONNECTION)).json.requestsToday).toBe(0)
    await limiter.run(async () => undefined, signal)
    expect((await call('GET', CONNECTION)).json.requestsToday).toBe(1)
  })
})

describe('the daily budget of a connection', () => {
  const form = { appName: 'espejo', appCode: 'test', user: 'demo', requestsPerSecond: 50, pageSize: 10 }

  it('is kept when absent from the body, and removed with null', async () => {
    const { call } = await live.tenant('kept', { connection: { dailyRequestBudget: 500 } })
    const put = async (body: object) =>
      (await call('PUT', CONNECTION, { body: { ...form, cuenta: 'kept', ...body } })).json.dailyRequestBudget
    expect(await put({})).toBe(500)
    expect(await put({ dailyRequestBudget: 700 })).toBe(700)
    expect(await put({ dailyRequestBudget: null })).toBeNull()
    const refused = await call('PUT', CONNECTION, {
      body: { ...form, cuenta: 'kept', dailyRequestBudget: 1 },
    })
    expect(refused.json.errors).toEqual([
      { path: 'dailyRequestBudget', message: 'Tiene que ser 10 o más, o quedar sin tope.' },
    ])
  })

  it('applies to the connection test, which returns an error without a request', async () => {
    const tenant = await live.tenant('tested', { connection: { dailyRequestBudget: 10 } })
    const { pool } = app.database
    const now = () => new Date()
    const test = createConnectionTester({
      connections: createConnectionStore(app.deps),
      baseUrl: live.erpUrl,
      limitsFor: createRequestLimits({ pool, now }),
    })
    for (let i = 0; i < 5; i++) expect(await test(tenant.id, {})).toMatchObject({ ok: true })
    expect((await tenant.call('GET', CONNECTION)).json.requestsToday).toBe(10)
    expect(await test(tenant.id, {})).toMatchObject({ ok: false, code: 'daily_budget' })
    expect(tenant.erp.counts().total).toBe(10)
  })

  it('pauses a run that reaches it, and the run completes once it is raised', async () => {
    const tenant = await live.tenant('raised', { connection: { pageSize: 10, dailyRequestBudget: 20 } })
    await tenant.call('POST', '/api/cianbox/sync/runs')
    const paused = await tenant.newest(({ status }) => status === 'paused')
    expect(paused.waiting).toEqual({
      reason: 'daily_budget',
      until: expect.stringMatching(/T03:00:00\.000Z$/),
    })
    expect(paused.created).toBeGreaterThan(0)
    expect(tenant.erp.counts().total).toBe(20)

    // Without a higher budget, a resumed run pauses again each time.
    for (let i = 0; i < 6; i++) {
      await tenant.call('POST', `/api/cianbox/sync/runs/${paused.id}/resume`)
      await tenant.newest(({ status, waiting }) => status === 'paused' && waiting?.reason === 'daily_budget')
    }
    expect(tenant.erp.counts().total).toBe(20)

    const body = { ...form, cuenta: 'raised', dailyRequestBudget: 1000 }
    await tenant.call('PUT', CONNECTION, { body })
    await tenant.call('POST', `/api/cianbox/sync/runs/${paused.id}/resume`)
    expect(await tenant.ended()).toMatchObject({ id: paused.id, status: 'complete', created: 450 })
    expect(await mirrorOf(app.database.pool, 'raised')).toEqual(truthOf(tenant.erp))
  })

  it('resumes the run on the next day without a person', async () => {
    const tenant = await live.tenant('overnight', { connection: { pageSize: 10, dailyRequestBudget: 60 } })
    await withTenant(app.database.pool, tenant.id, (tx) =>
      tx.query(`INSERT INTO app.request_turns VALUES ('overnight', now(), app.day_of(now()), 40)`),
    )
    await tenant.call('POST', '/api/cianbox/sync/runs')
    const paused = await tenant.newest(({ status }) => status === 'paused')
    await live.recover()
    expect((await tenant.runs())[0]?.status).toBe('paused')

    await withTenant(app.database.pool, tenant.id, (tx) =>
      tx.query('UPDATE app.request_turns SET day = day - 1'),
    )
    live.pass((Date.parse(paused.waiting?.until ?? '') - live.now().getTime()) / 1000)
    const other = await live.node()
    await Promise.all([live.recover(), live.recover(other)])
    expect(await tenant.ended()).toMatchObject({ id: paused.id, status: 'complete', created: 450 })
  })
})

describe('tenants whose ERP hangs', () => {
  it('do not delay healthy tenants, not even when they occupy every job slot', async () => {
    const hanging = await Promise.all(
      Array.from({ length: PLACES }, (_, i) => live.tenant(`hanging-${i}`, { account: { products: 10 } })),
    )
    for (const { erp, call } of hanging) {
      erp.inject({ kind: 'hang', route: '*' })
      await call('POST', '/api/cianbox/sync/runs')
    }
    await until(() => hanging.every(({ erp }) => erp.counts().total > 0))
    const healthy = await live.tenant('healthy')
    await healthy.call('POST', '/api/cianbox/sync/runs')
    expect(await healthy.ended()).toMatchObject({ status: 'complete', created: 450 })
    for (const tenant of hanging) expect((await tenant.runs())[0]?.status).toBe('running')
  })
})
