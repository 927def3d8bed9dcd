import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../src/db/migrate.js'
import { withTenant } from '../src/db/pool.js'
import { useDatabase } from './support/database.js'

const database = useDatabase()
const FOLDER = new URL('../migrations/', import.meta.url)

/** Start of the SHA-256 of each migration that has landed. A new one gets a line; a line is never changed. */
const LANDED: Readonly<Record<string, string>> = {
  '0001_tenants-and-runs.sql': '0919f3c67dbd3c13',
  '0002_catalog.sql': '124bdda1a80c5f79',
  '0003_watermark-and-changes.sql': '00375599f5891235',
  '0010_run-tails.sql': '46c6cb27f4214f88',
  '0020_credentials-version.sql': '783b185d66d185ce',
  '0021_product-list-index.sql': '33f5a893151f78cc',
  '0022_readable-migrations.sql': '709d95a55b2ed733',
  '0030_request-turns.sql': '53fc12dcec5e38f1',
  '0031_due-work.sql': 'f8f3f2561f5da39f',
  '0032_webhooks.sql': '2b11e09395d18a16',
  '0033_schedules.sql': '72a6ae88e390dd90',
  '0034_run-care.sql': 'c6129905de75e0ae',
  '0040_list-currency-and-offers.sql': 'faaa25c4666d3aa1',
  '0041_run-guards.sql': '327022c431bfb349',
  '0042_clocks-and-recovery.sql': '5d78ecb31984dfe1',
  '0043_pinned-world.sql': '1d2ee57bf0c00b41',
  '0044_pass-start.sql': '852cb0eec1f3517a',
  '0045_reserve-request.sql': '7abeaa807f54b8d6',
  '0046_page-bounds.sql': 'e112039915787e24',
  '0047_setup-code.sql': 'c732ed2d7c253512',
  '0048_sessions.sql': '3ad1de4688b148be',
  '0049_plain-amounts.sql': '2e76979a2101dc2f',
}

describe('a migration that has landed', () => {
  it('is never edited: databases that have it would differ from those that get it later', () => {
    const present = readdirSync(FOLDER).map((name) => {
      const content = readFileSync(new URL(name, FOLDER))
      return [name, createHash('sha256').update(content).digest('hex').slice(0, 16)]
    })
    expect(Object.fromEntries(present)).toEqual(LANDED)
  })
})

describe('a migration of a table that a session reads for long, as pg_dump does', () => {
  it('lets the API of the version before go on answering, and is applied when the session ends', async () => {
    const folder = oneMoreMigration()
    const dump = await connectAsOwner()
    await dump.query('BEGIN; LOCK TABLE app.run_pages IN ACCESS SHARE MODE')

    let blocked = 0
    let isDone = false
    const migrated = migrate(
      database.url,
      async () => undefined,
      () => {
        blocked += 1
      },
      folder,
    ).then(() => {
      isDone = true
    })
    let slowestMs = 0
    const until = performance.now() + 6_000
    while (performance.now() < until) {
      const from = performance.now()
      await withTenant(database.pool, 'demo', (tx) => tx.query('SELECT FROM app.run_pages LIMIT 1'))
      slowestMs = Math.max(slowestMs, performance.now() - from)
    }
    expect(isDone).toBe(false)
    expect(blocked).toBeGreaterThan(0)
    expect(slowestMs).toBeLessThan(3_000)

    await dump.query('COMMIT')
    await migrated
    const { rows } = await dump.query('SELECT one_more FROM app.run_pages')
    expect(rows).toEqual([])
  })
})

/** The folder of this release's migrations, and one more that changes a table. */
function oneMoreMigration(): string {
  const folder = mkdtempSync(join(tmpdir(), 'espejo-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync(FOLDER, folder, { recursive: true })
  writeFileSync(
    join(folder, '9999_one-more.sql'),
    '-- Up Migration\n\nALTER TABLE app.run_pages ADD COLUMN one_more int;\n',
  )
  return folder
}

async function connectAsOwner(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
