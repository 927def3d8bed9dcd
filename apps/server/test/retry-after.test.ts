import type { Run } from '@espejo/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { createClientFactory } from '../src/connections/client-factory.js'
import { createConnectionStore } from '../src/connections/connection-store.js'
import { createConnectionTester } from '../src/connections/connection-tester.js'
import { createRequestLimits } from '../src/connections/request-limits.js'
import { withTenant } from '../src/db/pool.js'
import { createRegistrations } from '../src/webhooks/registration.js'
import { createWebhookStore } from '../src/webhooks/webhook-store.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { createSoloWorker, type SoloWork, startRun } from './support/solo-worker.js'

const live = useLiveApp({ worker: false })
const { app } = live
const RUNS = '/api/cianbox/sync/runs'
const PAUSE_SECONDS = 6

/** A separate node, which shares pauses with other nodes through the database only. */
const node = () => createSoloWorker(live)

/** A run that received one `Retry-After`. */
async function askedToWait(name: string): Promise<{ tenant: LiveTenant; run: Run; first: SoloWork }> {
  const tenant = await live.tenant(name)
  tenant.erp.inject({ kind: 'too-many-requests', seconds: PAUSE_SECONDS, times: 1 })
  const first = node().work(tenant, await startRun(tenant))
  const run = await tenant.newest(({ waiting }) => waiting?.reason === 'retry_after')
  return { tenant, run, first }
}

/** The run continues on another node, waits until the same time without a request, and completes. */
async function waitsElsewhere(tenant: LiveTenant, before: Run, work: () => SoloWork): Promise<void> {
  tenant.erp.resetCounts()
  const { done } = work()
  const told = await tenant.newest(
    ({ waiting, status }) => status === 'running' && waiting?.reason === 'retry_after',
  )
  expect(tenant.erp.counts().total).toBe(0)
  const difference = Date.parse(told.waiting?.until ?? '') - Date.parse(before.waiting?.until ?? '')
  expect(Math.abs(difference)).toBeLessThan(3000)
  await done
  expect(await tenant.ended()).toMatchObject({ id: before.id, status: 'complete', created: 450 })
  expect(await mirrorOf(app.database.pool, tenant.id)).toEqual(truthOf(tenant.erp))
}

const block = (tenantId: string, cuenta: string, ms: number) =>
  app.database.pool.query('SELECT app.block_requests($1, $2, $3)', [tenantId, cuenta, ms])

const reserveRequest = async (tenantId: string, cuenta: string) => {
  const { rows } = await app.database.pool.query<{ turnAt: Date | null; blockedMs: number | null }>(
    'SELECT turn_at AS "turnAt", blocked_ms AS "blockedMs" FROM app.reserve_request($1, $2)',
    [tenantId, cuenta],
  )
  return rows[0]
}

describe('a pause that the ERP demanded from a run', () => {
  it('lasts when the run is paused and resumed', async () => {
    const { tenant, run, first } = await askedToWait('resumed')
    await tenant.call('POST', `${RUNS}/${run.id}/pause`)
    await first.done
    await tenant.call('POST', `${RUNS}/${run.id}/resume`)
    await waitsElsewhere(tenant, run, () => node().work(tenant, run))
  })

  it('lasts when another worker takes over the run', async () => {
    const { tenant, run, first } = await askedToWait('handed')
    first.stop()
    await expect(first.done).rejects.toThrow('another one goes on')
    await waitsElsewhere(tenant, run, () => node().work(tenant, run))
  })

  it('lasts for the next run after a cancel', async () => {
    const { tenant, run, first } = await askedToWait('next')
    await tenant.call('POST', `${RUNS}/${run.id}/cancel`)
    await first.done
    const next = await startRun(tenant)
    await waitsElsewhere(tenant, { ...run, id: next.id }, () => node().work(tenant, next))
  })
})

describe('requests that a person waits for, during the pause', () => {
  const limitsFor = () => createRequestLimits({ pool: app.database.pool, now: () => new Date() })
  const connections = () => createConnectionStore(app.deps)
  let test: ReturnType<typeof createConnectionTester>
  beforeAll(() => {
    test = createConnectionTester({
      connections: connections(),
      baseUrl: live.erpUrl,
      limitsFor: limitsFor(),
    })
  })

  it('the connection test returns the remaining time without a request', async () => {
    const tenant = await live.tenant('tested')
    await block('tested', 'tested', 60_000)
    const answer = await test('tested', {})
    expect(answer).toMatchObject({ ok: false, code: 'upstream_rate_limited' })
    expect(!answer.ok && answer.message).toMatch(/en (59|60) segundos/)
    expect(tenant.erp.counts().total).toBe(0)
  })

  it('a Retry-After to a connection test delays the runs too', async () => {
    const tenant = await live.tenant('tester')
    tenant.erp.inject({ kind: 'too-many-requests', route: '*', seconds: PAUSE_SECONDS, times: 1 })
    expect(await test('tester', {})).toMatchObject({ ok: false, code: 'upstream_rate_limited' })
    tenant.erp.resetCounts()
    const { done } = node().work(tenant, await startRun(tenant))
    await tenant.newest(({ waiting }) => waiting?.reason === 'retry_after')
    expect(tenant.erp.counts().total).toBe(0)
    await done
    expect(await tenant.ended()).toMatchObject({ status: 'complete' })
  })

  it('turning notifications on returns it too', async () => {
    const tenant = await live.tenant('notified')
    await block('notified', 'notified', 60_000)
    const { pool, sealer } = app.deps
    const registrations = createRegistrations({
      webhooks: createWebhookStore({ pool, sealer }),
      connections: connections(),
      clients: createClientFactory({ pool, sealer, baseUrl: live.erpUrl, limitsFor: limitsFor() }),
      publicUrl: () => 'https://espejo.test',
    })
    await expect(registrations.register('notified', { replace: false })).rejects.toMatchObject({
      kind: 'rate_limited',
    })
    expect(tenant.erp.counts().total).toBe(0)
  })

  it('a test of another account neither waits nor delays the runs', async () => {
    await live.tenant('mine')
    const other = live.simulator.addAccount({ cuenta: 'other', user: 'demo', password: 'demo', products: 20 })
    await block('mine', 'mine', 60_000)
    expect(await test('mine', { cuenta: 'other' })).toMatchObject({ ok: true })
    other.inject({ kind: 'too-many-requests', route: '*', seconds: 60 })
    expect(await test('mine', { cuenta: 'other' })).toMatchObject({ code: 'upstream_rate_limited' })
    expect((await reserveRequest('mine', 'other'))?.blockedMs).toBeNull()
    expect((await reserveRequest('mine', 'mine'))?.blockedMs).toBeGreaterThan(0)
  })
})

describe('the pause in the database', () => {
  it('applies to one account: a new account is not delayed, and the pause of the old one remains', async () => {
    const tenant = await live.tenant('switched')
    const form = { appName: 'espejo', appCode: 'test', user: 'demo', password: 'demo', requestsPerSecond: 50 }
    const switchTo = (cuenta: string) =>
      tenant.call('PUT', '/api/cianbox/connection', { body: { ...form, cuenta } })
    await block('switched', 'switched', 60_000)
    live.simulator.addAccount({ cuenta: 'switched-2', user: 'demo', password: 'demo', products: 50 })
    await switchTo('switched-2')
    await node().work(tenant, await startRun(tenant)).done
    expect(await tenant.ended()).toMatchObject({ status: 'complete', created: 50 })
    await switchTo('switched')
    expect((await reserveRequest('switched', 'switched'))?.blockedMs).toBeGreaterThan(0)
  })

  it('is capped as in the client, uses no budget, and is not shortened by a shorter one', async () => {
    const { call } = await live.tenant('capped', { connection: { dailyRequestBudget: 10 } })
    await block('capped', 'capped', 999_999_999)
    await block('capped', 'capped', 1000)
    const turn = await reserveRequest('capped', 'capped')
    expect(turn?.turnAt).toBeNull()
    expect(turn?.blockedMs).toBeLessThanOrEqual(300_000)
    expect(turn?.blockedMs).toBeGreaterThan(100_000)
    expect((await call('GET', '/api/cianbox/connection')).json.requestsToday).toBe(0)
  })

  it('is ignored when a clock that was set back makes it years', async () => {
    await live.tenant('years')
    await block('years', 'years', 1000)
    await withTenant(app.database.pool, 'years', (tx) =>
      tx.query(`UPDATE app.request_turns SET blocked_until = now() + interval '2 years'`),
    )
    expect((await reserveRequest('years', 'years'))?.turnAt).toBeInstanceOf(Date)
    await block('years', 'years', 60_000)
    expect((await reserveRequest('years', 'years'))?.blockedMs).toBeGreaterThan(0)
  })
})
