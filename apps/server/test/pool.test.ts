import pg from 'pg'
import { expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'

const database = useDatabase()

// Without an 'error' listener, a connection that breaks between two queries would end the process; vitest would
// report an unhandled error.
it('fails only the transaction whose connection breaks between two queries', async () => {
  const broken = withTenant(database.pool, 'demo', async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // Not `events.once`, which adds an 'error' listener.
    const ended = new Promise((resolve) => tx.once('end', resolve))
    await terminate(rows[0]?.pid)
    await ended
    await tx.query('SELECT 1')
  })
  await expect(broken).rejects.toThrow(/Client/)

  const next = await withTenant(database.pool, 'demo', (tx) => tx.query('SELECT 1 AS one'))
  expect(next.rows).toEqual([{ one: 1 }])
})

/** With the login role, which may terminate its connections; the app's role may not. */
async function terminate(pid: number | undefined): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('SELECT pg_terminate_backend($1)', [pid])
  await client.end()
}
