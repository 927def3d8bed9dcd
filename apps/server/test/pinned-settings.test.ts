import type { Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import { beforeAll, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { createSoloWorker, type SoloWorker, startRun } from './support/solo-worker.js'

const live = useLiveApp({ worker: false })
const { app } = live
const CONNECTION = '/api/cianbox/connection'
let worker: SoloWorker
beforeAll(() => {
  worker = createSoloWorker(live)
})

const RUNS = '/api/cianbox/sync/runs'
/** 45 pages at 25 a second: long enough for a change during the run, short enough to wait for. */
const PAGES = { pageSize: 10, requestsPerSecond: 25 }
const form = (cuenta: string) => ({ cuenta, appName: 'espejo', appCode: 'test', user: 'demo', ...PAGES })

/** A tenant with an account, and another account that it may switch to. */
async function tenantOfTwo(name: string) {
  const tenant = await live.tenant(name, { connection: PAGES })
  const other = live.simulator.addAccount({
    cuenta: `${name}-2`,
    user: 'demo',
    password: 'demo',
    products: 300,
    seed: 9,
  })
  const change = async (change: object) => {
    const { status, text } = await tenant.call('PUT', CONNECTION, { body: { ...form(name), ...change } })
    if (status !== 200) throw new Error(text)
  }
  return { tenant, other, change, switchAccount: () => change({ cuenta: `${name}-2` }) }
}

const reached = (tenant: LiveTenant, page: number) => tenant.newest((run) => run.page >= page)

async function paused(tenant: LiveTenant, body: object = {}): Promise<Run> {
  const run = await startRun(tenant, body)
  const { done } = worker.work(tenant, run)
  await reached(tenant, 3)
  await tenant.call('POST', `${RUNS}/${run.id}/pause`)
  await done
  return tenant.newest(({ status }) => status === 'paused')
}

async function resumed(tenant: LiveTenant, run: Run): Promise<Run> {
  await tenant.call('POST', `${RUNS}/${run.id}/resume`)
  await worker.work(tenant, run).done
  return tenant.ended()
}

const mirrorAccount = (tenantId: string) =>
  withTenant(app.database.pool, tenantId, async (tx) => {
    const { rows } = await tx.query<{ cuenta: string }>('SELECT cuenta FROM app.mirrors')
    return rows[0]?.cuenta ?? null
  })

describe('a run whose connection has another account now', () => {
  it('ends when it is resumed, without a request to the other account', async () => {
    const { tenant, other, switchAccount } = await tenantOfTwo('resumed')
    const run = await paused(tenant)
    await switchAccount()
    const ended = await resumed(tenant, run)
    expect(ended).toMatchObject({ id: run.id, status: 'error', error: { code: 'connection_changed' } })
    expect(ended.error?.message).toContain('«resumed»')
    expect(ended.error?.message).toContain('«resumed-2»')
    expect(other.counts().total).toBe(0)
    expect(await mirrorAccount('resumed')).toBeNull()
  })

  it('ends while it is running', async () => {
    const { tenant, other, switchAccount } = await tenantOfTwo('running')
    const { done } = worker.work(tenant, await startRun(tenant))
    await reached(tenant, 3)
    await switchAccount()
    await done
    expect(await tenant.ended()).toMatchObject({ status: 'error', error: { code: 'connection_changed' } })
    expect(other.counts().total).toBe(0)
    expect(tenant.erp.counts().byRoute['GET /productos']).toBeLessThan(45)
  })

  it('ends when another worker takes it over', async () => {
    const { tenant, other, switchAccount } = await tenantOfTwo('handed')
    const run = await startRun(tenant)
    const first = worker.work(tenant, run)
    await reached(tenant, 3)
    first.stop()
    await expect(first.done).rejects.toThrow('another one goes on')
    await switchAccount()
    await worker.work(tenant, run).done
    expect(await tenant.ended()).toMatchObject({ status: 'error', error: { code: 'connection_changed' } })
    expect(other.counts().total).toBe(0)
  })

  it('is followed by a run of the new account, without the watermark of the old one', async () => {
    const { tenant, other, switchAccount } = await tenantOfTwo('anew')
    await worker.work(tenant, await startRun(tenant)).done
    expect(await tenant.ended()).toMatchObject({ status: 'complete', created: 450 })
    const run = await paused(tenant)
    await switchAccount()
    await resumed(tenant, run)
    const next = await startRun(tenant, { mode: 'incremental' })
    await worker.work(tenant, next).done
    // The old account's products are missing at the source: more than the guard's limit.
    await tenant.newest(({ id, status }) => id === next.id && status === 'paused')
    await tenant.call('POST', `${RUNS}/${next.id}/confirm-sweep`)
    await worker.work(tenant, next).done
    expect(await tenant.ended()).toMatchObject({ id: next.id, status: 'complete' })
    expect(await mirrorOf(app.database.pool, 'anew')).toEqual(truthOf(other))
    expect(await mirrorAccount('anew')).toBe('anew-2')
  })
})

describe('a mirror with rows of two accounts or dialects', () => {
  it.each([
    ['two accounts', 'accounts', { cuenta: 'accounts-2' }],
    ['two dialects', 'dialects', { dialect: 'simple' }],
  ])('is read anew by the next incremental run, not from the watermark: %s', async (_, name, elsewhere) => {
    const { tenant, change } = await tenantOfTwo(name)
    await worker.work(tenant, await startRun(tenant)).done
    expect(await tenant.ended()).toMatchObject({ status: 'complete', created: 450 })
    // The account answers in v2 only, so the run in `simple` reads no page; that it was pinned is enough.
    await change(elsewhere)
    const half = await startRun(tenant)
    const { done } = worker.work(tenant, half)
    if (name === 'accounts') await reached(tenant, 3)
    else await tenant.newest(({ id, requests }) => id === half.id && requests > 0)
    await tenant.call('POST', `${RUNS}/${half.id}/cancel`)
    await done
    await change({})
    for (const wish of ['cancel', null]) {
      const back = await startRun(tenant, { mode: 'incremental' })
      const work = worker.work(tenant, back)
      await tenant.newest(({ id, page, endedAt }) => id === back.id && (page >= 2 || endedAt !== null))
      if (wish) await tenant.call('POST', `${RUNS}/${back.id}/cancel`)
      await work.done
    }
    expect(await tenant.ended()).toMatchObject({ mode: 'incremental', status: 'complete', seen: 450 })
    expect(await mirrorOf(app.database.pool, name)).toEqual(truthOf(tenant.erp))
  })

  it('accepts no products by id of another account', async () => {
    const { tenant, other, switchAccount } = await tenantOfTwo('by-id')
    await worker.work(tenant, await startRun(tenant)).done
    await switchAccount()
    await worker.work(tenant, await startRun(tenant, { mode: 'ids', ids: ['1', '2'] })).done
    expect(await tenant.ended()).toMatchObject({ mode: 'ids', error: { code: 'connection_changed' } })
    expect(other.counts().total).toBe(0)
    expect(await mirrorOf(app.database.pool, 'by-id')).toEqual(truthOf(tenant.erp))
  })
})

describe('a change of the connection while a run is paused', () => {
  it.each([
    ['the dialect', { dialect: 'simple' }, 'dialecto'],
    ['the user', { user: 'otra' }, 'credenciales'],
    ['the application', { appName: 'otra' }, 'credenciales'],
    ['the password, to another one', { password: 'otra' }, 'credenciales'],
  ])('ends the run: %s', async (what, change, word) => {
    const name = `ends-${what.replace(/\W+/g, '-')}`
    const pair = await tenantOfTwo(name)
    const run = await paused(pair.tenant)
    pair.tenant.erp.resetCounts()
    await pair.change(change)
    const ended = await resumed(pair.tenant, run)
    expect(ended).toMatchObject({ status: 'error', error: { code: 'connection_changed' } })
    expect(ended.error?.message).toContain(word)
    expect(pair.tenant.erp.counts().total).toBe(0)
  })

  it.each([
    ['the pace', { requestsPerSecond: 50 }],
    ['the budget', { dailyRequestBudget: 5000 }],
    ['the page size, which counts from the next run on', { pageSize: 50 }],
    ['the same password, typed again', { password: 'demo' }],
  ])('does no harm to it: %s', async (what, change) => {
    const name = `keeps-${what.replace(/\W+/g, '-').slice(0, 20)}`
    const pair = await tenantOfTwo(name)
    const run = await paused(pair.tenant)
    await pair.change(change)
    expect(await resumed(pair.tenant, run)).toMatchObject({ id: run.id, status: 'complete', created: 450 })
    expect(await mirrorOf(app.database.pool, name)).toEqual(truthOf(pair.tenant.erp))
  })

  it('ends a run that an earlier version of Espejo started with another mapping', async () => {
    const { tenant } = await tenantOfTwo('mapping')
    const run = await paused(tenant)
    await withTenant(app.database.pool, 'mapping', (tx) =>
      tx.query('UPDATE app.runs SET mapping_version = 0 WHERE run_id = $1', [run.id]),
    )
    expect(await resumed(tenant, run)).toMatchObject({ error: { code: 'connection_changed' } })
  })
})

describe('a connection that is removed during a run', () => {
  it.each([
    ['deactivated', 'connection_inactive'],
    ['deleted', 'connection_missing'],
  ] as const)('%s: ends it, and no further request goes out', async (how, code) => {
    const { tenant, change } = await tenantOfTwo(how)
    const { done } = worker.work(tenant, await startRun(tenant))
    await reached(tenant, 3)
    if (how === 'deleted') await tenant.call('DELETE', CONNECTION)
    else await change({ isActive: false })
    await done
    expect(await tenant.ended()).toMatchObject({ status: 'error', error: { code } })
    expect(tenant.erp.counts().byRoute['GET /productos']).toBeLessThan(45)
  })

  it('ends a run that waits for its ERP when it is deleted', async () => {
    const { tenant } = await tenantOfTwo('waiting')
    tenant.erp.inject({ kind: 'too-many-requests', seconds: 60 })
    const { done } = worker.work(tenant, await startRun(tenant))
    await tenant.newest(({ waiting }) => waiting?.reason === 'retry_after')
    await tenant.call('DELETE', CONNECTION)
    await done
    const ended = await until(async () => (await tenant.ended()).endedAt !== null && tenant.ended())
    expect(ended).toMatchObject({ error: { code: 'connection_missing' }, waiting: null })
  })
})
