import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureTenant } from '../src/accounts/account-store.js'
import { prepareDatabase } from '../src/app/prepare-database.js'
import { createPool, withTenant } from '../src/db/pool.js'
import { describeWithPostgres, PROGRAMS_PATH, startInstalledPostgres } from './support/installed-postgres.js'
import { beginRun } from './support/stream.js'

/** The blocks of commands in the guide's section about backups, in order. */
const GUIDE = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
const SECTION = /^## Backup and restore\n(.*?)^## /ms.exec(GUIDE)?.[1] ?? ''
const [CREATE_ROLE, DUMP, RESTORE] = [...SECTION.matchAll(/```sh\n(.*?)```/gs)].map(
  ([, lines]) => lines ?? '',
)

describeWithPostgres('the backup of docs/operating.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espejo-backup-'))
  let servers: Awaited<ReturnType<typeof startInstalledPostgres>>[] = []
  let settings: Record<string, string> = {}

  beforeAll(async () => {
    servers = [await startInstalledPostgres(), await startInstalledPostgres()]
    const [first, second] = servers.map(({ url }) => url)
    if (!first || !second) throw new Error('Two servers are needed.')
    const at = (url: string, user: string, database = 'espejo') =>
      url.replace('postgres@', `${user}:clave@`).replace(/postgres$/, database)
    settings = {
      ADMIN_URL: first,
      BACKUP_URL: at(first, 'espejo_backup'),
      OWNER_URL: at(first, 'espejo'),
      NEW_ADMIN_URL: second,
      NEW_DATABASE_URL: at(second, 'postgres'),
      NEW_OWNER_URL: at(second, 'espejo'),
      PASSWORD: 'clave',
    }
    await query(first, "CREATE ROLE espejo LOGIN CREATEROLE PASSWORD 'clave'")
    await query(first, 'CREATE DATABASE espejo OWNER espejo')
    await prepareDatabase(at(first, 'espejo'))
    await addData(at(first, 'espejo'))
  })
  afterAll(async () => {
    for (const server of servers) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  function sh(lines: string | undefined) {
    const { status, stderr } = spawnSync('sh', ['-euc', lines ?? 'exit 9'], {
      cwd: folder,
      env: { PATH: `${PROGRAMS_PATH}:/usr/bin:/bin`, ...settings },
      encoding: 'utf8',
    })
    return { status, stderr }
  }
  const setting = (name: string) => settings[name] ?? ''

  it('is not possible as the owner, whom row-level security binds too', () => {
    const { status, stderr } = sh('pg_dump --format=custom --file=owner.dump "$OWNER_URL"')
    expect(status).not.toBe(0)
    expect(stderr).toContain('row-level security')
  })

  it('has every row of every table, and restores to a database that Espejo starts on', async () => {
    expect(sh(CREATE_ROLE)).toEqual({ status: 0, stderr: '' })
    expect(sh(DUMP)).toEqual({ status: 0, stderr: '' })
    expect(sh(RESTORE)).toEqual({ status: 0, stderr: '' })

    const counts = await countRows(setting('ADMIN_URL').replace(/postgres$/, 'espejo'))
    expect(counts['catalog.products']).toBe(300)
    expect(counts['app.run_events']).toBe(2)
    expect(await countRows(setting('NEW_DATABASE_URL'))).toEqual(counts)
    await prepareDatabase(setting('NEW_OWNER_URL'))
    const pool = createPool(setting('NEW_OWNER_URL'), { max: 1, name: 'test', onError: () => undefined })
    const { rows } = await withTenant(pool, 'uno', (tx) =>
      tx.query('SELECT count(*)::int FROM catalog.products'),
    )
    await pool.end()
    expect(rows).toEqual([{ count: 300 }])
  })
})

async function addData(ownerUrl: string): Promise<void> {
  const pool = createPool(ownerUrl, { max: 2, name: 'test', onError: () => undefined })
  await ensureTenant(pool, 'uno', 'Uno')
  const run = await beginRun(pool, 'uno')
  await run.page()
  await withTenant(pool, 'uno', (tx) =>
    tx.query(
      `INSERT INTO catalog.products (tenant_id, cianbox_id, name, is_active, is_parent, image_urls, raw, content_hash,
                                     search_text)
       SELECT 'uno', n, 'Yerba', true, false, '{}', '{}', '\\x00', 'yerba' FROM generate_series(1, 300) AS n`,
    ),
  )
  await pool.end()
}

async function countRows(url: string): Promise<Record<string, number>> {
  const tables = await query(
    url,
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
      WHERE table_schema IN ('app', 'catalog', 'pgboss', 'public') AND table_type = 'BASE TABLE' ORDER BY 1`,
  )
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await query(url, `SELECT count(*)::int AS count FROM ${name}`)
    counts[String(name)] = Number(row?.count)
  }
  return counts
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
