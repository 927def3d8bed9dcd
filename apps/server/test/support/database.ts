import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'
import { createPool, type Pool } from '../../src/db/pool.js'

export interface TestDatabase {
  /** The URL of the database, as its owner. */
  readonly url: string
  /** A pool as the application role, to which row-level security applies. */
  readonly pool: Pool
}

/** Gives the calling test file a migrated database of its own. It is deleted with the server, at the end of the test run. */
export function useDatabase(): TestDatabase {
  let url = ''
  let pool: Pool | undefined
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = new URL(inject('templateUrl'))

  beforeAll(async () => {
    await asAdministrator(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`)
    const copy = new URL(template)
    copy.pathname = `/${name}`
    url = copy.href
    pool = createPool(url, { max: 10, name: 'test', onError: () => undefined })
  })
  afterAll(async () => {
    await pool?.end()
  })

  return {
    get url() {
      return url
    },
    get pool() {
      if (!pool) throw new Error('The database is there from beforeAll on.')
      return pool
    },
  }

  async function asAdministrator(sql: string) {
    const address = new URL(template)
    address.pathname = '/postgres'
    const client = new pg.Client({ connectionString: address.href })
    await client.connect()
    // Copies of one template wait for each other: PostgreSQL allows no other session on it meanwhile.
    await client.query('SELECT pg_advisory_lock(1)')
    await client.query(sql)
    await client.end()
  }
}
