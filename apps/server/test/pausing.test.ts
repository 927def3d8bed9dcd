import { expect, it } from 'vitest'
import { BudgetSpentError } from '../src/connections/budget-spent.js'
import { withTenant } from '../src/db/pool.js'
import { claimRun } from '../src/runs/held-run.js'
import { createJobSlots } from '../src/runs/job-slots.js'
import { findRun } from '../src/runs/run-store.js'
import { finishRun } from '../src/sync/finish-run.js'
import { releaseWhileWaiting } from '../src/sync/release-while-waiting.js'
import { createRunWriter } from '../src/sync/run-writer.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'
import { createSoloWorker, startRun } from './support/solo-worker.js'

const live = useLiveApp({ worker: false })
const RUNS = '/api/cianbox/sync/runs'
const DAY = 24 * 3600

/** A run that a worker holds, and functions that end it by its budget or by a pause. */
async function held(tenant: LiveTenant) {
  const { pool } = live.app.database
  const { id } = await startRun(tenant)
  const run = await claimRun(pool, tenant.id, id)
  if (!run) throw new Error('not claimed')
  const deps = { pool, now: () => new Date(), onEvent: () => undefined }
  const slot = releaseWhileWaiting(createJobSlots().open())
  const writer = createRunWriter({ ...deps, run, slot, onIntent: () => undefined })
  const log = { info: () => undefined, error: () => undefined }
  return {
    id,
    spend: () => finishRun({ ...deps, log }, writer, null, new BudgetSpentError(new Date())),
    stop: () => finishRun({ ...deps, log }, writer, 'pause', new Error('aborted')),
  }
}

async function staysPaused(tenant: LiveTenant, id: string): Promise<void> {
  const paused = { id, status: 'paused', waiting: { reason: 'paused', until: null } }
  expect((await tenant.runs())[0]).toMatchObject(paused)
  live.pass(2 * DAY)
  await live.recover()
  expect((await tenant.runs())[0]).toMatchObject(paused)
}

it('a run that a person pauses as its budget ends stays paused on the next day', async () => {
  const tenant = await live.tenant('as-it-ends')
  const { id, spend } = await held(tenant)
  // Its worker has not read the request yet.
  await tenant.call('POST', `${RUNS}/${id}/pause`)
  await spend()
  await staysPaused(tenant, id)
})

it('a run that a person pauses after its budget has ended stays paused on the next day', async () => {
  const tenant = await live.tenant('afterwards', { connection: { pageSize: 10, dailyRequestBudget: 10 } })
  const run = await startRun(tenant)
  await createSoloWorker(live).work(tenant, run).done
  expect((await tenant.runs())[0]?.waiting?.reason).toBe('daily_budget')
  const answer = await tenant.call('POST', `${RUNS}/${run.id}/pause`)
  expect(answer.json).toMatchObject({ status: 'paused', waiting: { reason: 'paused' } })
  await staysPaused(tenant, run.id)
})

it('a run that a person cancels as its budget ends is cancelled, with one ending', async () => {
  const tenant = await live.tenant('cancelled')
  const { id, spend } = await held(tenant)
  await tenant.call('POST', `${RUNS}/${id}/cancel`)
  await spend()
  expect((await tenant.runs())[0]).toMatchObject({ id, status: 'cancelled', waiting: null })
})

it('a pause that is withdrawn before the worker has paused lets the run continue', async () => {
  const tenant = await live.tenant('taken-back')
  const { id, stop } = await held(tenant)
  await tenant.call('POST', `${RUNS}/${id}/pause`)
  await withTenant(live.app.database.pool, tenant.id, (tx) => tx.query('UPDATE app.runs SET intent = NULL'))
  await expect(stop()).rejects.toThrow('another one goes on')
  const run = await withTenant(live.app.database.pool, tenant.id, (tx) => findRun(tx, tenant.id, id))
  expect(run).toMatchObject({ status: 'running', claimsWithoutProgress: 0, waiting: null })
})
