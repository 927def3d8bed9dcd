import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { claimRun } from '../src/runs/held-run.js'
import { pauseRun } from '../src/runs/pause-run.js'
import { activeRun, findRun, listRuns, lockRun } from '../src/runs/run-store.js'
import { stateOf } from '../src/sync/pure/ledger.js'
import { useDatabase } from './support/database.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)
const FULL = { mode: 'full', dryRun: false, ids: null, startedBy: null } as const

async function intentOf(tenantId: string, runId: string) {
  return (await withTenant(database.pool, tenantId, (tx) => findRun(tx, tenantId, runId)))?.intent
}

/** A run that a worker holds, with a slow ERP. */
async function running(tenantId: string): Promise<string> {
  await service.addTenant(tenantId, { latencyMs: 100 })
  const { run } = await service.control.start(tenantId, FULL)
  await service.reached(tenantId, run.id, ({ status }) => status === 'running')
  return run.id
}

describe('a run that is paused and resumed at once', () => {
  it('continues', async () => {
    const id = await running('resumed')
    await service.control.pause('resumed', id)
    await service.control.resume('resumed', id)
    expect(await service.ended('resumed', id)).toMatchObject({ status: 'complete' })
  })

  it('continues even when its worker has already read the pause', async () => {
    // No worker claims this run: the test acts as its worker.
    await service.addTenant('read', { latencyMs: 60_000 })
    const { run } = await service.control.start('read', FULL)
    await service.reached('read', run.id, ({ status }) => status === 'running')
    const held = await claimRun(database.pool, 'read', run.id)
    if (!held) throw new Error('not claimed')
    await service.control.pause('read', run.id)
    expect(await intentOf('read', run.id)).toBe('pause')
    await service.control.resume('read', run.id)
    const paused = await pauseRun(database.pool, held, stateOf(held), { reason: 'paused', until: null })
    expect(paused).toBe('go on')
    expect(await service.run('read', run.id)).toMatchObject({ status: 'running', waiting: null })
    expect(await service.events('read', run.id)).toHaveLength(1)
  })

  it('is paused when the pause came last', async () => {
    const id = await running('paused')
    await service.control.pause('paused', id)
    await service.control.resume('paused', id)
    await service.control.pause('paused', id)
    await service.paused('paused', id)
  })

  it('is cancelled when it was cancelled before: neither revokes a cancel', async () => {
    const id = await running('cancelled')
    await service.control.cancel('cancelled', id)
    await service.control.resume('cancelled', id)
    await service.control.pause('cancelled', id)
    expect(await service.ended('cancelled', id)).toMatchObject({ status: 'cancelled' })
  })
})

it('only the claim of a worker reads the requested ids of a run', async () => {
  await service.addTenant('ids', { latencyMs: 60_000 })
  const ids = Array.from({ length: 10_000 }, (_, i) => String(i + 1))
  const { run } = await service.control.start('ids', { ...FULL, mode: 'ids', ids })
  const reads = await withTenant(database.pool, 'ids', async (tx) => [
    await findRun(tx, 'ids', run.id),
    await lockRun(tx, 'ids', run.id),
    await activeRun(tx, 'ids'),
    ...(await listRuns(tx, 'ids', 10, null)),
  ])
  expect(reads).toHaveLength(4)
  for (const read of reads) expect(JSON.stringify(read).length).toBeLessThan(2000)
  expect((await claimRun(database.pool, 'ids', run.id))?.requestedIds).toEqual(ids)
})
