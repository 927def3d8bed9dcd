import { expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { claimRun, commitProgress, StaleLedgerError, SupersededError } from '../src/runs/held-run.js'
import { recordPage } from '../src/runs/page-store.js'
import { progressData } from '../src/runs/run-state.js'
import { findRun } from '../src/runs/run-store.js'
import { stateOf } from '../src/sync/pure/ledger.js'
import { useDatabase } from './support/database.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)

it('a ledger that is older than the row, after a commit whose answer was lost, never overwrites it', async () => {
  await service.addTenant('stale', { latencyMs: 60_000 })
  const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
  const { run } = await service.control.start('stale', request)
  const held = await claimRun(database.pool, 'stale', run.id)
  if (!held) throw new Error('not claimed')
  const commit = (page: number) =>
    withTenant(database.pool, 'stale', (tx) => {
      const state = { ...stateOf(held), phase: 'products' as const, page, totalPages: 9 }
      return commitProgress(tx, held, state, { event: 'progress', data: progressData(state, 0) }, true)
    })
  await commit(5) // its answer is lost: `held` does not learn of it
  await expect(commit(4)).rejects.toThrow(StaleLedgerError)
  const row = await withTenant(database.pool, 'stale', (tx) => findRun(tx, 'stale', run.id))
  expect(row).toMatchObject({ page: 5, seq: held.seq + 1 })
})

it('a claim does not wait for the page that the previous holder is writing, which is then refused', async () => {
  await service.addTenant('taken', { latencyMs: 60_000 })
  const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
  const { run } = await service.control.start('taken', request)
  const held = await claimRun(database.pool, 'taken', run.id)
  if (!held) throw new Error('not claimed')
  const page = withTenant(database.pool, 'taken', async (tx) => {
    await recordPage(tx, held, {
      phase: 'products',
      page: 1,
      ids: ['1', '2'],
      range: null,
      withoutId: 0,
      leftOut: 0,
    })
    // A claim that waited for this transaction would never return. The own worker of the service may claim in between.
    const taken = await claimRun(database.pool, 'taken', run.id)
    expect(taken?.epoch).toBeGreaterThan(held.epoch)
    const state = { ...stateOf(held), phase: 'products' as const, page: 1, totalPages: 9 }
    await commitProgress(tx, held, state, { event: 'progress', data: progressData(state, 2) }, true)
  })
  await expect(page).rejects.toThrow(SupersededError)
})
