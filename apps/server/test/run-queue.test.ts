import { afterAll, beforeAll, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { openRunQueue, type RunQueue } from '../src/runs/run-queue.js'
import { useDatabase } from './support/database.js'
import { until } from './support/until.js'

const database = useDatabase()
let queue: RunQueue
beforeAll(async () => {
  queue = await openRunQueue(database.pool, { supervise: true, onError: () => undefined })
})
afterAll(() => queue?.stop(5000))

it('works on as many runs as there are slots, on four times as many more that release theirs, and on the rest later', async () => {
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
