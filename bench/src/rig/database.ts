import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@espejo/server/db/embedded'
import { prepareDatabase } from '@espejo/server/db/prepare'
import pg from 'pg'

/** A migrated PostgreSQL of the bench's own, with the settings of Espejo's embedded one. */
export interface BenchDatabase {
  /** Of the database's owner, as `DATABASE_URL` would be. */
  url: string
  /** The superuser in the same database: reads the statistics, bound by no policy. */
  admin: pg.Client
  version: string
  /** Stops it and removes its files. */
  stop(): Promise<void>
}

export async function startDatabase(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'espejo-bench-'))
  // PostgreSQL refuses to run as root, and its own user must reach the folder.
  chmodSync(dataDir, 0o755)
  const password = randomBytes(12).toString('hex')
  const stops: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })]
  const stop = async () => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne()
  }
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir,
      superuserPassword: password,
      ownerPassword: password,
    })
    stops.push(() => postgres.stop())
    await prepareDatabase(postgres.databaseUrl)
    const admin = new pg.Client({ connectionString: asSuperuser(postgres.databaseUrl) })
    await admin.connect()
    stops.push(() => admin.end())
    const { rows } = await admin.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    )
    return { url: postgres.databaseUrl, admin, version: rows[0]?.version ?? 'unknown', stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Both roles have the same password here. */
function asSuperuser(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.username = 'postgres'
  return url.href
}
