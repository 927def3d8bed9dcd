import { until } from '@espejo/tooling/until'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { openRunQueue, type RunQueue } from '../src/runs/run-queue.js'
import { useDatabase } from './support/database.js'

const database = useDatabase()
let queue: RunQueue
beforeAll(async () => {
  queue = await openRunQueue(database.pool, { supervise: true, onError: () => undefined })
})
afterAll(() => queue?.stop(5000))

// Before the test that starts workers, which would take the job.
it('finds the open job of a tenant among more than a thousand ended ones', async () => {
  const tenantId = 'busy'
  // Older than the open job, as in production.
  await database.pool.query(
    `INSERT INTO pgboss.job (name, data, state, policy, singleton_key, created_on, completed_on, keep_until)
     SELECT 'runs', '{}', 'completed', 'exclusive', $1, now() - make_interval(secs => i), now(), now() + interval '1 day'
       FROM generate_series(1, 1500) AS i`,
    [tenantId],
  )
  const enqueue = (runId: string) =>
    withTenant(database.pool, tenantId, (tx) => queue.enqueue(tx, { tenantId, runId }))
  await enqueue('first')
  await enqueue('second')
  const { rows } = await database.pool.query(
    `SELECT data ->> 'runId' AS run FROM pgboss.job WHERE singleton_key = $1 AND state < 'active'`,
    [tenantId],
  )
  expect(rows).toEqual([{ run: 'second' }])
  await database.pool.query('DELETE FROM pgboss.job WHERE singleton_key = $1', [tenantId])
})

it('runs as many jobs as there are slots, four times as many more that release theirs, and the rest later', async () => {
  const slots = 2
  const runs = 14
  const done: string[] = []
  let running = 0
  let most = 0
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  await queue.work(slots, async ({ tenantId }, _signal, slot) => {
    running += 1
    most = Math.max(most, running)
    slot.release()
    await answered
    slot.reacquire()
    running -= 1
    done.push(tenantId)
  })
  for (let i = 0; i < runs; i++) {
    const job = { tenantId: `tenant-${i}`, runId: `run-${i}` }
    await withTenant(database.pool, job.tenantId, (tx) => queue.enqueue(tx, job))
  }
  await until(() => running === slots * 5)
  answer()
  await until(() => done.length === runs)
  expect(new Set(done).size).toBe(runs)
  expect(most).toBe(slots * 5)
})
