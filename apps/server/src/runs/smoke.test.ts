import { expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { createRunControl } from './run-control.js'
import { openRunQueue } from './run-queue.js'
import { withTenant } from '../db/pool.js'
import { readTail } from './event-log.js'
import { claimRun } from './held-run.js'

const database = useDatabase()

it('starts one run a tenant', async () => {
  await withTenant(database.pool, 't1', (tx) => tx.query("INSERT INTO app.tenants VALUES ('t1', 'Uno')"))
  const queue = await openRunQueue(database.pool, { supervise: false, onError: () => undefined })
  const control = createRunControl({ pool: database.pool, queue, now: () => new Date(), onEvent: () => undefined })
  const request = { mode: 'full' as const, dryRun: false, ids: null, startedBy: null }
  const all = await Promise.all(Array.from({ length: 10 }, () => control.start('t1', request)))
  expect(all.filter((x) => x.started)).toHaveLength(1)
  const id = all[0]?.run.id ?? ''
  expect(await withTenant(database.pool, 't1', (tx) => readTail(tx, 't1', id, 0))).toMatchObject({ seq: 1, ended: false })
  expect(await withTenant(database.pool, 't2', (tx) => readTail(tx, 't2', id, 0))).toBeNull()
  expect((await claimRun(database.pool, 't1', id))?.epoch).toBe(1)
  await control.pause('t1', id)
  await control.cancel('t1', id)
  await queue.stop(0)
})
