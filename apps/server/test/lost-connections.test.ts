import pg from 'pg'
import { it, type TestContext } from 'vitest'
import { createPool, type Pool, withTenant } from '../src/db/pool.js'
import { isDatabaseUnreachable } from '../src/db/unreachable.js'
import { keepListening, listenerOf } from '../src/stream/wakeup-listener.js'
import { useDatabase } from './support/database.js'
import { startDatabaseProxy } from './support/database-proxy.js'

const database = useDatabase()
/** A pool through a proxy that can swallow its connections. */
async function pooled({ onTestFinished }: TestContext) {
  const proxy = await startDatabaseProxy(database.url)
  const pool = createPool(proxy.url, { max: 2, name: 'test', onError: () => undefined })
  onTestFinished(async () => {
    await proxy.close()
    await pool.end()
  })
  return { proxy, pool }
}

const sleep = (pool: Pool, seconds: number) =>
  withTenant(pool, 'demo', (tx) => tx.query('SELECT pg_sleep($1)', [seconds]))

it.concurrent('are noticed within 15 s when they are swallowed without an RST, and then replaced', async (context) => {
  const { expect } = context
  const { proxy, pool } = await pooled(context)
  await pool.query('SELECT 1')
  proxy.swallow()
  const from = performance.now()
  const error = await pool.query('SELECT 1').catch((cause: unknown) => cause)
  expect(performance.now() - from).toBeLessThan(15_000)
  expect(isDatabaseUnreachable(error)).toBe(true)
  await proxy.pass()
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

it.concurrent('are noticed when the response is swallowed, so that a worker goes on and the pool can end', async (context) => {
  const { expect } = context
  const { proxy, pool } = await pooled(context)
  const from = performance.now()
  const pending = Promise.allSettled([sleep(pool, 1), sleep(pool, 1)])
  await expect.poll(() => pool.totalCount).toBe(2)
  await expect.poll(async () => (await activeSleeps()).length, { timeout: 2_000 }).toBe(2)
  proxy.swallow()
  setTimeout(() => void proxy.pass(), 2_000)
  for (const { status } of await pending) expect(status).toBe('rejected')
  await sleep(pool, 0)
  expect(performance.now() - from).toBeLessThan(15_000)
})

it.concurrent('are left alone while PostgreSQL works on a long statement', async (context) => {
  const { expect } = context
  const { pool } = await pooled(context)
  const { rowCount } = await pool.query('SELECT pg_sleep(16)')
  expect(rowCount).toBe(1)
})

it.concurrent('are noticed by the listener for wake-ups within 15 s', async (context) => {
  const { expect } = context
  const { proxy } = await pooled(context)
  const stopping = new AbortController()
  const errors: Error[] = []
  let ready = 0
  const listening = keepListening({
    connect: listenerOf(proxy.url),
    channel: 'espejo_test',
    signal: stopping.signal,
    onReady: () => {
      ready += 1
    },
    onPayload: () => undefined,
    onError: (error) => void errors.push(error),
  })
  await expect.poll(() => ready).toBe(1)
  proxy.swallow()
  await expect.poll(() => errors.length, { timeout: 15_000 }).toBeGreaterThan(0)
  await proxy.pass()
  await expect.poll(() => ready, { timeout: 12_000 }).toBe(2)
  stopping.abort()
  await listening
})

async function activeSleeps() {
  // The app's role does not see the state of sessions.
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  const { rows } = await owner.query(
    "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep($1)%' AND state = 'active'",
  )
  await owner.end()
  return rows
}
