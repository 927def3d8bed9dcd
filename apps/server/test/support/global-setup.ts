import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { prepareDatabase } from '../../src/app/prepare-database.js'
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a migrated database, which each test file copies. */
    templateUrl: string
  }
}

/** One real PostgreSQL for all test files, holding one migrated database that each file copies. */
export default async function setup(project: TestProject) {
  const dataDir = mkdtempSync(join(tmpdir(), 'espejo-test-'))
  // If the tests run as root, PostgreSQL runs as another user, who must have access to the folder.
  chmodSync(dataDir, 0o755)
  const ownerPassword = randomBytes(12).toString('hex')
  const postgres = await startEmbeddedPostgres({ dataDir, superuserPassword: ownerPassword, ownerPassword })
  await allowCopies(postgres.databaseUrl, ownerPassword)
  await prepareDatabase(postgres.databaseUrl)
  project.provide('templateUrl', postgres.databaseUrl)
  return async () => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function allowCopies(databaseUrl: string, superuserPassword: string) {
  const url = new URL(databaseUrl)
  url.username = 'postgres'
  url.password = superuserPassword
  url.pathname = '/postgres'
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query('ALTER ROLE espejo CREATEDB')
  await client.end()
}
