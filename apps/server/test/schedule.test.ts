import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { scheduleSchema } from '../src/http/answer-schemas.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'

const live = useLiveApp()
const { app } = live
const PATH = '/api/cianbox/sync/schedule'
const MINUTE = 60
const HOUR = 3600
const DAY = 24 * HOUR

async function scheduled(name: string, body: object, options?: Parameters<typeof live.tenant>[1]) {
  const tenant = await live.tenant(name, options)
  expect((await tenant.call('PUT', PATH, { body })).status).toBe(200)
  return tenant
}

async function next(tenant: LiveTenant): Promise<{ full: Date; incremental: Date }> {
  const { nextFullAt, nextIncrementalAt } = (await tenant.call('GET', PATH)).json
  return { full: new Date(nextFullAt), incremental: new Date(nextIncrementalAt) }
}

/** Moves the clock and handles the timers that are due. */
async function passUntil(at: Date) {
  live.pass((at.getTime() - live.now().getTime()) / 1000)
  await live.runDueTimers()
}

describe('the schedule', () => {
  it('is empty at first, then as written, with the next times', async () => {
    const tenant = await live.tenant('written')
    const nothing = {
      full: null,
      incremental: null,
      sweepGuardPercent: 15,
      guardExpiryHours: 24,
      nextFullAt: null,
      nextIncrementalAt: null,
    }
    expect((await tenant.call('GET', PATH)).json).toEqual({
      ...nothing,
      timeZone: 'America/Argentina/Buenos_Aires',
    })
    const body = {
      full: '0 3 * * *',
      incremental: '*/30 8-20 * * 1-6',
      sweepGuardPercent: 30,
      guardExpiryHours: 48,
    }
    const put = await tenant.call('PUT', PATH, { body })
    expect(scheduleSchema.parse(put.json)).toMatchObject(body)
    expect((await tenant.call('GET', PATH)).json).toEqual(put.json)
    const at = new Date(put.json.nextFullAt)
    expect(at > live.now()).toBe(true)
    // 3:00 in Argentina is 6:00 UTC; the delay is below five minutes.
    expect(at.toISOString()).toMatch(/T06:0[0-4]:/)
    const off = await tenant.call('PUT', PATH, { body: {} })
    expect(off.json).toMatchObject(nothing)
  })

  it.each([
    [{ full: 'a las tres' }, 'full', /cinco partes/],
    [{ full: '0 3 * *' }, 'full', /Esta tiene 4/],
    [{ full: '0 0 3 * * *' }, 'full', /Esta tiene 6/],
    [{ incremental: '61 * * * *' }, 'incremental', /fuera de rango/],
    [{ incremental: '0 0 30 2 *' }, 'incremental', /día que no existe/],
    [{ incremental: '0 0 $ * *' }, 'incremental', /«\$» no se entiende/],
    [{ full: '' }, 'full', /Esta tiene 0/],
    [{ sweepGuardPercent: 0 }, 'sweepGuardPercent', /de 1 a 100/],
    [{ sweepGuardPercent: 15.5 }, 'sweepGuardPercent', /de 1 a 100/],
  ])('refuses %j with a message', async (body, path, sentence) => {
    const uno = await app.as('uno')
    const answer = await uno('PUT', PATH, { body })
    expect(answer.status).toBe(422)
    expect(answer.json.errors).toEqual([{ path, message: expect.stringMatching(sentence) }])
  })
})

describe('a scheduled run', () => {
  it('starts once when it is due, and not before, with several nodes', async () => {
    const tenant = await scheduled('once', { full: '0 3 * * *' })
    await live.runDueTimers()
    expect(await tenant.runs()).toEqual([])
    const { full } = await next(tenant)
    live.pass((full.getTime() - live.now().getTime()) / 1000)
    const others = [await live.node(), await live.node()]
    await Promise.all([live.runDueTimers(), ...others.map((node) => live.runDueTimers({ node }))])
    expect(await tenant.ended()).toMatchObject({ mode: 'full', status: 'complete', startedBy: null })
    expect(await tenant.runs()).toHaveLength(1)
    expect((await next(tenant)).full.getTime()).toBe(full.getTime() + DAY * 1000)
  })

  it('starts once per kind for all occurrences that were missed while no process ran', async () => {
    const tenant = await scheduled('missed', { incremental: '0 * * * *' })
    live.pass(3 * DAY)
    await live.runDueTimers()
    await live.runDueTimers()
    await tenant.ended()
    expect(await tenant.runs()).toHaveLength(1)
    const { incremental } = await next(tenant)
    expect(incremental.getTime() - live.now().getTime()).toBeLessThanOrEqual((HOUR + 5 * MINUTE) * 1000)
  })

  it('is skipped while another run is active', async () => {
    const tenant = await scheduled('busy', { incremental: '*/10 * * * *' }, { account: { latencyMs: 100 } })
    const started = await tenant.call('POST', '/api/cianbox/sync/runs')
    await passUntil((await next(tenant)).incremental)
    expect((await tenant.runs()).map(({ id }) => id)).toEqual([started.json.id])
    await tenant.ended()
    await live.runDueTimers()
    expect(await tenant.runs()).toHaveLength(1)
    await passUntil((await next(tenant)).incremental)
    expect(await tenant.ended()).toMatchObject({ mode: 'incremental' })
  })

  it('that is full waits for a smaller run of the same minute', async () => {
    const tenant = await scheduled('both', { full: '0 3 * * *', incremental: '0 * * * *' })
    const { full } = await next(tenant)
    await passUntil(full)
    expect(await tenant.ended()).toMatchObject({ mode: 'full' })
    expect(await tenant.runs()).toHaveLength(1)

    // An incremental run is active, and held.
    const later = await next(tenant)
    const body = { mode: 'ids', ids: ['1'] }
    tenant.erp.setLatency(30_000)
    const inTheWay = await tenant.call('POST', '/api/cianbox/sync/runs', { body })
    await passUntil(later.full)
    expect((await tenant.runs())[0]?.id).toBe(inTheWay.json.id)
    await tenant.call('POST', `/api/cianbox/sync/runs/${inTheWay.json.id}/cancel`)
    await tenant.ended()
    tenant.erp.setLatency(0)
    live.pass(MINUTE)
    await live.runDueTimers()
    expect(await tenant.ended()).toMatchObject({ mode: 'full', status: 'complete' })
  })

  it('is skipped without an active connection', async () => {
    const tenant = await scheduled('off', { full: '0 3 * * *' }, { connection: { isActive: false } })
    await passUntil((await next(tenant)).full)
    expect(await tenant.runs()).toEqual([])
    expect((await next(tenant)).full > live.now()).toBe(true)
  })

  it('that is incremental becomes full once the ERP has notified changed lists', async () => {
    const tenant = await scheduled('lists', { incremental: '0 * * * *' })
    await tenant.call('POST', '/api/cianbox/sync/runs')
    await tenant.ended()
    const { url } = (await tenant.call('PUT', '/api/cianbox/connection/webhook')).json
    live.pass(13 * HOUR)
    await live.runDueTimers()
    expect(await tenant.ended()).toMatchObject({ mode: 'incremental' })

    const body = { event: 'cotizaciones', created: '2026-05-24 10:58:44', id: ['1'], endpoint: 'x' }
    expect((await app.send('POST', new URL(url).pathname, { body })).status).toBe(200)
    await passUntil((await next(tenant)).incremental)
    expect(await tenant.ended()).toMatchObject({ mode: 'full', status: 'complete' })
  })

  it('that fails to start does not delay other tenants', async () => {
    const bad = await scheduled('bad', { full: '0 3 * * *' })
    const good = await scheduled('good', { full: '0 3 * * *' })
    await withTenant(app.database.pool, 'bad', (tx) =>
      tx.query(`UPDATE app.schedules SET full_cron = 'nonsense'`),
    )
    const [badAt, goodAt] = [(await next(bad)).full, (await next(good)).full]
    live.pass((Math.max(badAt.getTime(), goodAt.getTime()) - live.now().getTime()) / 1000)
    const failed: string[] = []
    await live.runDueTimers({ onError: (_error, tenantId) => failed.push(tenantId) })
    expect(failed).toEqual(['bad'])
    expect((await next(bad)).full.getTime()).toBe(live.now().getTime() + MINUTE * 1000)
    expect(await good.ended()).toMatchObject({ mode: 'full' })
  })
})

describe('the sweep guard', () => {
  it('uses the percentage of the schedule', async () => {
    const tenant = await scheduled('guard', { sweepGuardPercent: 50 })
    await tenant.call('POST', '/api/cianbox/sync/runs')
    await tenant.ended()
    tenant.erp.remove(180, 'gone')
    await tenant.call('POST', '/api/cianbox/sync/runs')
    expect(await tenant.ended()).toMatchObject({ status: 'complete', retired: 180 })
    tenant.erp.remove(180, 'gone')
    await tenant.call('POST', '/api/cianbox/sync/runs')
    await tenant.newest(({ waiting }) => waiting?.reason === 'sweep_confirmation')
  })
})
