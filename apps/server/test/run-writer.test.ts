import type { Waiting } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { ensureTenant } from '../src/accounts/account-store.js'
import { withTenant } from '../src/db/pool.js'
import { appendEvent, readLog } from '../src/runs/event-log.js'
import { claimRun } from '../src/runs/held-run.js'
import { newId } from '../src/runs/ids.js'
import { createJobSlots } from '../src/runs/job-slots.js'
import { cancelledEvent, startEvent } from '../src/runs/pure/messages.js'
import { findRun, insertRun } from '../src/runs/run-store.js'
import { NO_COUNTS } from '../src/sync/pure/ledger.js'
import { releaseWhileWaiting } from '../src/sync/release-while-waiting.js'
import { createRunWriter, type RunWriter } from '../src/sync/run-writer.js'
import { useDatabase } from './support/database.js'

const database = useDatabase()
const TENANT = 'writer'
const now = () => new Date()
beforeAll(() => ensureTenant(database.pool, TENANT, TENANT))

const retryAfter = (seconds: number): Waiting => ({
  reason: 'retry_after',
  until: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
})

async function claimed() {
  const id = newId()
  await withTenant(database.pool, TENANT, async (tx) => {
    const run = { id, mode: 'full' as const, dryRun: false, requestedIds: null, startedBy: null }
    await insertRun(tx, TENANT, run)
    await appendEvent(tx, TENANT, id, 1, startEvent(run, now()))
  })
  const run = await claimRun(database.pool, TENANT, id)
  if (!run) throw new Error('not claimed')
  const slots = createJobSlots()
  const slot = slots.open()
  const waitingSlot = releaseWhileWaiting(slot, 0)
  const told: string[] = []
  const writer = createRunWriter({
    pool: database.pool,
    run,
    now,
    onEvent: () => undefined,
    onIntent: (intent) => told.push(intent),
    slot: waitingSlot,
  })
  return { writer, slots, waitingSlot, told }
}

const page = (writer: RunWriter, n: number) =>
  writer.commit(async () => ({
    phase: 'products',
    productsInPage: 0,
    counts: NO_COUNTS,
    position: { page: n, totalPages: 9 },
  }))

const cancel = (writer: RunWriter) => writer.end(() => ({ trigger: 'cancel', event: cancelledEvent(now()) }))

const row = (writer: RunWriter) =>
  withTenant(database.pool, TENANT, (tx) => findRun(tx, TENANT, writer.run.id))
const log = (writer: RunWriter) =>
  withTenant(database.pool, TENANT, (tx) => readLog(tx, TENANT, writer.run.id, 0, 100))

const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('notice' as const), seconds: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('moves' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('page' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('breath' as const) }) },
)

it('pages, notices and the ending are serialized, whatever their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 12 }),
      fc.array(act, { maxLength: 6 }),
      async (before, after) => {
        const { writer, slots, waitingSlot } = await claimed()
        const pages: Promise<void>[] = []
        for (const step of before) {
          if (step.kind === 'notice') writer.notice(retryAfter(step.seconds))
          if (step.kind === 'moves') writer.notice(null)
          if (step.kind === 'page') pages.push(page(writer, pages.length + 1))
          if (step.kind === 'breath') await new Promise(setImmediate)
        }
        // All pages are written before the run ends, but notices may still be queued.
        await Promise.all(pages)
        const ended = cancel(writer)
        for (const step of after) writer.notice(step.kind === 'notice' ? retryAfter(step.seconds) : null)
        waitingSlot.close()
        await ended
        writer.notice(retryAfter(5))

        const events = await log(writer)
        expect(await row(writer)).toMatchObject({ status: 'cancelled', waiting: null, page: pages.length })
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
        expect(events.filter(({ event }) => event === 'error')).toEqual([events.at(-1)])
        await new Promise(setImmediate)
        expect(slots.released()).toBe(0)
      },
    ),
    { numRuns: 60 },
  )
})

it('of queued notices only the last is written', async () => {
  const { writer } = await claimed()
  const first = page(writer, 1)
  writer.notice(retryAfter(1))
  writer.notice(null)
  writer.notice(retryAfter(2))
  await first
  await until(async () => (await row(writer))?.waiting?.until === retryAfter(2).until)
  expect((await log(writer)).map(({ seq }) => seq)).toEqual([1, 2, 3])
  await cancel(writer)
})

it('calls onIntent when the commit of a notice finds a request', async () => {
  const { writer, told } = await claimed()
  await withTenant(database.pool, TENANT, (tx) =>
    tx.query(`UPDATE app.runs SET intent = 'pause' WHERE run_id = $1`, [writer.run.id]),
  )
  writer.notice(retryAfter(1))
  await until(() => told.includes('pause'))
  await cancel(writer)
})
