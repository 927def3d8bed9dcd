import { describe, expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { beginRun } from '../../test/support/stream.js'
import { ensureTenant } from '../accounts/account-store.js'
import { withTenant } from '../db/pool.js'
import { recordChanges } from '../sync/change-log.js'
import { createChangesReader } from './changes-reader.js'

const database = useDatabase()
const NOTHING = { change: 0, written: 0 }

/** A run that has written `written` products, of which the log has `named`. */
async function writtenBy(tenantId: string, counts: { written: number; named: number; dryRun?: boolean }) {
  await ensureTenant(database.pool, tenantId, tenantId)
  const { id: runId } = await beginRun(database.pool, tenantId)
  await write(tenantId, runId, counts)
  return runId
}

async function write(
  tenantId: string,
  runId: string,
  { written, named, dryRun = false }: { written: number; named: number; dryRun?: boolean },
) {
  await withTenant(database.pool, tenantId, async (tx) => {
    await tx.query(
      'UPDATE app.runs SET updated = updated + $3, dry_run = $4 WHERE tenant_id = $1 AND run_id = $2',
      [tenantId, runId, written, dryRun],
    )
    const changes = Array.from({ length: named }, (_, i) => ({
      id: String(i + 1),
      kind: 'updated' as const,
      fields: [],
    }))
    await recordChanges(tx, { tenantId, id: runId, dryRun }, changes)
  })
}

describe('the changes of a run', () => {
  const read = (tenantId: string, runId: string, cursor = NOTHING) =>
    createChangesReader(database.pool)({ tenantId, runId, ...cursor })

  it('are listed in order, and each only once', async () => {
    const runId = await writtenBy('once', { written: 3, named: 3 })
    const first = await read('once', runId)
    expect(first.products?.map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect((await read('once', runId, first)).products).toEqual([])
    await write('once', runId, { written: 1, named: 1 })
    const second = await read('once', runId, first)
    expect(second.products).toEqual([{ id: '1', kind: 'updated' }])
  })

  it('are null where they are more than 200, and are listed again afterwards', async () => {
    const runId = await writtenBy('many', { written: 201, named: 201 })
    const first = await read('many', runId)
    expect(first.products).toBeNull()
    await write('many', runId, { written: 200, named: 200 })
    expect((await read('many', runId, first)).products).toHaveLength(200)
  })

  it('are null where the log does not have all of them, as in a first load', async () => {
    const runId = await writtenBy('first', { written: 5, named: 2 })
    const first = await read('first', runId)
    expect(first.products).toBeNull()
    expect((await read('first', runId, first)).products).toEqual([])
  })

  it('are empty for a dry run and for another tenant', async () => {
    const dry = await writtenBy('dry', { written: 5, named: 5, dryRun: true })
    expect((await read('dry', dry)).products).toEqual([])
    const runId = await writtenBy('mine', { written: 5, named: 5 })
    expect((await read('yours', runId)).products).toEqual([])
  })
})
