import { until } from '@espejo/tooling/until'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../src/app/config.js'
import { startWithCleanup } from '../src/app/lifecycle.js'
import { StartError } from '../src/app/open-database.js'
import { type Services, startServices } from '../src/app/services.js'
import { withMaintenance, withTenant } from '../src/db/pool.js'
import { createClockDriftCheck } from '../src/maintenance/clock-drift.js'
import { startMaintenance } from '../src/maintenance/start-maintenance.js'
import { claimRun } from '../src/runs/held-run.js'
import { findRun } from '../src/runs/run-store.js'
import { useDatabase } from './support/database.js'
import { useSkewedDate } from './support/skewed-date.js'

const database = useDatabase()
const skew = useSkewedDate()
const MINUTE = 60
const HOUR = 60 * MINUTE
const YEAR = 365 * 24 * HOUR
const TENANT = 'demo'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await withTenant(database.pool, TENANT, (tx) => tx.query('DELETE FROM app.runs'))
  await database.pool.query('DELETE FROM pgboss.job')
})

/** Espejo without HTTP, in this process, as `create-server` and `embed` start it. */
async function start(role: 'api' | 'worker'): Promise<Services> {
  const config = parseConfig({
    DATABASE_URL: database.url,
    ESPEJO_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ESPEJO_DEMO: '1',
    ESPEJO_DEMO_PRODUCTS: '450',
    ESPEJO_DEMO_LATENCY_MS: '0',
    ESPEJO_ROLE: role,
  })
  const { started, stop } = await startWithCleanup((onStop) =>
    startServices(config, pino({ level: 'silent' }), onStop),
  )
  stops.push(stop)
  return started
}

async function statusOf(runId: string) {
  const run = await withTenant(database.pool, TENANT, (tx) => findRun(tx, TENANT, runId))
  return { status: run?.status, code: run?.errorCode }
}

const FULL = { mode: 'full', dryRun: false, ids: null, startedBy: null } as const

const nothing = async () => ({ next: null })

/** Runs each periodic task once, with the present clocks. */
async function maintainOnce(services: Services, sinceLastTurn = '1 second') {
  await withMaintenance(database.pool, (tx) =>
    tx.query(
      `WITH turn AS (UPDATE app.periodic_tasks SET next_at = now() - $1::interval)
       UPDATE app.worker_presence SET present_since = now() - interval '1 day', seen_at = now()`,
      [sinceLastTurn],
    ),
  )
  const failures: unknown[] = []
  const maintenance = startMaintenance({
    pool: services.pool,
    queue: services.queue,
    runControl: services.runControl,
    handlers: { full: nothing, incremental: nothing, notified: nothing, guard: nothing },
    retention: { changesDays: 180 },
    now: () => new Date(),
    onEvent: () => undefined,
    onError: (error) => failures.push(error),
    onClockDrift: () => undefined,
  })
  await maintenance.stop()
  expect(failures).toEqual([])
}

describe('a node whose clock is wrong', () => {
  it.each([16 * MINUTE, HOUR, -HOUR, 2 * YEAR])(
    'by %i s ends no run that a worker holds',
    async (seconds) => {
      const services = await start('api')
      const { run } = await services.runControl.start(TENANT, FULL)
      await claimRun(services.pool, TENANT, run.id)
      skew(seconds)
      await maintainOnce(services)
      expect(await statusOf(run.id)).toEqual({ status: 'running', code: null })
    },
  )

  it('does not start; the message is one line with the difference and what to do', async () => {
    skew(16 * MINUTE)
    await expect(start('worker')).rejects.toThrow(StartError)
    await expect(start('api')).rejects.toThrow(
      /^The clock of this machine is 16 min ahead of the database's, .* start again\.$/,
    )
    skew(-HOUR)
    await expect(start('worker')).rejects.toThrow(/is 1 h behind the database's/)
    skew(4 * MINUTE)
    await start('worker')
  })

  it('is warned of once when its clock becomes wrong later', async () => {
    const warnings: string[] = []
    const watch = createClockDriftCheck(
      database.pool,
      () => new Date(),
      (difference) => warnings.push(difference),
    )
    await watch()
    skew(HOUR)
    await watch()
    await watch()
    expect(warnings).toEqual(["1 h ahead of the database's"])
    skew(0)
    await watch()
    skew(-HOUR)
    await watch()
    expect(warnings).toHaveLength(2)
  })

  it('by two years deletes no changes', async () => {
    const services = await start('api')
    await addChange('1 minute')
    skew(2 * YEAR)
    await maintainOnce(services)
    expect(await changes()).toBe(1)
  })
})

it('a database whose own clock has jumped ahead deletes nothing for an hour', async () => {
  const services = await start('api')
  // After a jump of two years, all rows look that old, and so does the last retention.
  await addChange('2 years')
  await maintainOnce(services, '2 years')
  expect(await changes()).toBe(1)
  await maintainOnce(services)
  expect(await changes()).toBe(0)
})

async function addChange(age: string) {
  await withTenant(database.pool, TENANT, async (tx) => {
    await tx.query('DELETE FROM catalog.product_changes')
    await tx.query(
      `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, changed_at)
       VALUES ($1, 'r', 1, 'created', now() - $2::interval)`,
      [TENANT, age],
    )
  })
}

async function changes(): Promise<number | null> {
  const read = await withTenant(database.pool, TENANT, (tx) =>
    tx.query('SELECT FROM catalog.product_changes'),
  )
  return read.rowCount
}

describe('after all workers were away for longer than the timeout of heartbeats', () => {
  /** A run whose worker, and whose database, have been down for this time. */
  async function leftBehind(hours: number): Promise<{ api: Services; runId: string }> {
    const api = await start('api')
    const { run } = await api.runControl.start(TENANT, FULL)
    await claimRun(api.pool, TENANT, run.id)
    const ago = [`${hours} hours`]
    await api.pool.query(
      `UPDATE pgboss.job SET state = 'active', created_on = now() - $1::interval, started_on = now() - $1::interval,
              heartbeat_on = now() - $1::interval WHERE state = 'created'`,
      ago,
    )
    await withTenant(api.pool, TENANT, (tx) =>
      tx.query('UPDATE app.runs SET alive_at = now() - $1::interval, created_at = now() - $1::interval', ago),
    )
    await withMaintenance(api.pool, (tx) =>
      tx.query(
        `WITH turn AS (UPDATE app.periodic_tasks SET next_at = now() - $1::interval)
         UPDATE app.worker_presence SET present_since = now() - 2 * $1::interval, seen_at = now() - $1::interval`,
        ago,
      ),
    )
    return { api, runId: run.id }
  }
  const completes = (runId: string) =>
    until(async () => {
      const { status, code } = await statusOf(runId)
      if (status === 'error') throw new Error(`The run ended: ${code}`)
      return status === 'complete'
    })

  it.each([
    ['a machine that slept', 0.3],
    ['a backup of yesterday that was restored', 26],
  ])('the run goes on with the first worker that comes: %s', async (_name, hours) => {
    const { runId } = await leftBehind(hours)
    await start('worker')
    await completes(runId)
  })

  it('the run continues although its job is gone, once a worker has been present for a minute', async () => {
    const { api, runId } = await leftBehind(0.3)
    await api.pool.query('DELETE FROM pgboss.job')
    await start('worker')
    expect((await statusOf(runId)).status).toBe('running')
    await maintainOnce(api)
    await completes(runId)
  })
})
