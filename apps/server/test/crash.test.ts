import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { readLog } from '../src/runs/event-log.js'
import { claimRun, commitProgress, SupersededError } from '../src/runs/held-run.js'
import { createJobSlots } from '../src/runs/job-slots.js'
import { recordPage } from '../src/runs/page-store.js'
import { progressData } from '../src/runs/run-state.js'
import { RunFailure } from '../src/sync/failure.js'
import { finishRun } from '../src/sync/finish-run.js'
import { stateOf } from '../src/sync/pure/ledger.js'
import { releaseWhileWaiting } from '../src/sync/release-while-waiting.js'
import { createRunWriter } from '../src/sync/run-writer.js'
import { createRunHandler } from '../src/sync/worker.js'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { PAGE_SIZE, PAGES, useWorkerProcesses } from './support/worker-processes.js'

const database = useDatabase()
const workers = useWorkerProcesses(database)

/** Requests besides the pages: the first page, the end of the list, and the changes since the start. */
const BESIDE_THE_PAGES = 3
/** The page that was being committed, and the one that was being fetched. */
const REPEATED = 2

/** Concurrent, since most of the time passes until a dead worker is detected: one worker per run, and one to spare. */
describe.concurrent('a run whose worker', () => {
  beforeAll(() => workers.startWorkers(5))
  afterAll(() => workers.killWorkers())

  it.each([
    { moment: 'while it fetches a page', tenant: 'fetching', page: 4 },
    { moment: 'inside the commit of a page', tenant: 'inside', page: 9 },
    { moment: 'right after a commit', tenant: 'committed', page: 15 },
  ])(
    'is killed $moment is completed by another one',
    async ({ tenant, page }) => {
      const erp = await workers.addTenant(tenant, 100)
      const runId = await workers.startRun(tenant)
      const holder = await workers.holderOf(runId)
      await workers.reached(tenant, runId, (run) => run.phase === 'products' && run.page >= page)
      if (tenant === 'inside') await workers.insideCommit(tenant, runId, holder.kill)
      else await holder.kill()

      const run = await workers.reached(tenant, runId, ({ endedAt }) => endedAt !== null)
      expect(run).toMatchObject({ status: 'complete', epoch: 2, created: PAGES * PAGE_SIZE, errors: 0 })
      expect(await mirrorOf(database.pool, tenant)).toEqual(truthOf(erp))
      expect(await pagesTold(tenant, runId)).toEqual(Array.from({ length: PAGES }, (_, i) => i + 1))
      const asked = erp.counts().byRoute['GET /productos']
      expect(asked).toBeLessThanOrEqual(PAGES + BESIDE_THE_PAGES + REPEATED)
    },
    80_000,
  )

  it('is stopped continues on another one, and the claim does not count', async () => {
    const erp = await workers.addTenant('handover', 0)
    erp.inject({ kind: 'hang', ms: 6000, route: '/productos/categorias', times: 2 })
    const runId = await workers.startRun('handover')
    const holder = await workers.holderOf(runId)
    await workers.reached('handover', runId, ({ epoch }) => epoch === 1)
    await holder.stop()
    const next = await workers.reached('handover', runId, ({ epoch }) => epoch === 2)
    expect(next).toMatchObject({ status: 'running', phase: null, claimsWithoutProgress: 1 })

    const run = await workers.reached('handover', runId, ({ endedAt }) => endedAt !== null)
    expect(run).toMatchObject({ status: 'complete', epoch: 2, created: PAGES * PAGE_SIZE })
    expect(await mirrorOf(database.pool, 'handover')).toEqual(truthOf(erp))
  }, 80_000)
})

describe('a worker that was frozen while another took its run over', () => {
  it('commits nothing: neither its page nor its event', async () => {
    await workers.addTenant('frozen', 0)
    const runId = await workers.startRun('frozen')
    const frozen = await claim('frozen', runId)
    const other = await claim('frozen', runId)
    expect(other.epoch).toBe(frozen.epoch + 1)

    const state = { ...stateOf(frozen), phase: 'products' as const, page: 1, totalPages: 3 }
    const event = { event: 'progress' as const, data: progressData(state, 20) }
    const late = withTenant(database.pool, 'frozen', async (tx) => {
      await tx.query(
        `INSERT INTO app.run_pages (tenant_id, run_id, phase, page, epoch, ids)
         VALUES ('frozen', $1, 'products', 1, $2, '{1,2,3}')`,
        [runId, frozen.epoch],
      )
      await commitProgress(tx, frozen, state, event, true)
    })
    await expect(late).rejects.toThrow(SupersededError)

    const pages = await withTenant(database.pool, 'frozen', (tx) => tx.query('SELECT FROM app.run_pages'))
    expect(pages.rowCount).toBe(0)
    expect(await workers.run('frozen', runId)).toMatchObject({ page: 0, seq: 1, epoch: other.epoch })
    await withTenant(database.pool, 'frozen', (tx) => commitProgress(tx, other, state, event, true))
    expect(await workers.run('frozen', runId)).toMatchObject({ page: 1, seq: 2 })
  })

  it('deletes no page record of a run that another worker has claimed', async () => {
    await workers.addTenant('forgetful', 0)
    const runId = await workers.startRun('forgetful')
    const frozen = await claim('forgetful', runId)
    const other = await claim('forgetful', runId)
    await withTenant(database.pool, 'forgetful', (tx) =>
      recordPage(tx, other, {
        phase: 'products',
        page: 1,
        ids: ['1', '2'],
        range: null,
        withoutId: 0,
        leftOut: 0,
      }),
    )

    const deps = { pool: database.pool, now: () => new Date(), log: SILENT }
    const writer = createRunWriter({
      ...deps,
      run: frozen,
      onEvent: () => undefined,
      onIntent: () => undefined,
      slot: releaseWhileWaiting(createJobSlots().open()),
    })
    const failure = new RunFailure('upstream_paging', 'Cianbox no termina nunca.')
    for (const stopped of ['cancel', null] as const) {
      await finishRun(deps, writer, stopped, failure).catch(() => undefined)
    }

    expect(await workers.run('forgetful', runId)).toMatchObject({ status: 'running', epoch: other.epoch })
    const pages = await withTenant(database.pool, 'forgetful', (tx) => tx.query('SELECT FROM app.run_pages'))
    expect(pages.rowCount).toBe(1)
  })
})

describe('a run that kills its workers', () => {
  it('ends with no_progress after five claims without a page', async () => {
    await workers.addTenant('deadly', 0)
    const runId = await workers.startRun('deadly')
    for (let i = 0; i < 5; i++) await claim('deadly', runId)
    const handle = createRunHandler({
      pool: database.pool,
      openConnection: () => Promise.reject(new Error('Nobody works on this run any more.')),
      now: () => new Date(),
      onEvent: () => undefined,
      log: SILENT,
    })
    await handle({ tenantId: 'deadly', runId }, new AbortController().signal, createJobSlots().open())
    expect(await workers.run('deadly', runId)).toMatchObject({ status: 'error', errorCode: 'no_progress' })
    const log = await withTenant(database.pool, 'deadly', (tx) => readLog(tx, 'deadly', runId, 0, 10))
    expect(log.map(({ event }) => event)).toEqual(['start', 'error'])
  })
})

const SILENT = { info: () => undefined, error: () => undefined }

async function claim(tenantId: string, runId: string) {
  const run = await claimRun(database.pool, tenantId, runId)
  if (!run) throw new Error('The run could not be claimed.')
  return run
}

/** The pages of the walk in the log. */
async function pagesTold(tenantId: string, runId: string): Promise<number[]> {
  const log = await withTenant(database.pool, tenantId, (tx) => readLog(tx, tenantId, runId, 0, 1000))
  const frames = log.filter(({ event }) => event === 'progress').map(({ data }) => JSON.parse(data))
  return frames.filter(({ phase }) => phase === 'products').map(({ page }) => page)
}
