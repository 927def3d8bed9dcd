import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { APP_ROLE, ensureAppRole } from './roles.js'
import { DatabaseSetupError } from './setup-error.js'

/**
 * Migrates a database to this release: creates the app's role, applies the files of `migrations/`, and calls
 * `andThen` with the owner's connection. Idempotent; several processes may call it at once (a lock serializes them).
 * A statement waits for a table's lock for {@link MIGRATION_LOCK_TIMEOUT_MS} at most, because all other statements on
 * the table queue behind it; then everything that is missing is tried again, and `onBlocked` is called.
 * @param folder of the migrations @defaultValue this release's
 * @throws {@link DatabaseSetupError} when the locks were not free for ten minutes
 */
export async function migrate(
  databaseUrl: string,
  andThen: (client: pg.Client) => Promise<void>,
  onBlocked: () => void = () => undefined,
  folder = fileURLToPath(new URL('../../migrations', import.meta.url)),
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'espejo migrations',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  // A broken connection fails the next query. Without a listener, its 'error' event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // Also covers creating the role, which the runner's own lock does not.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await ensureAppRole(client)
    // Not before the lock above, whose holder may work for long.
    await client.query(`SET lock_timeout = ${MIGRATION_LOCK_TIMEOUT_MS}`)
    const deadline = performance.now() + GIVE_UP_MS
    while (!(await tryToMigrate(client, folder, andThen))) {
      if (performance.now() > deadline) throw blocked()
      onBlocked()
      await delay(RETRY_MS)
    }
  } finally {
    await client.end()
  }
}

/** Longest wait of a migration's statement for a lock, and so longest stall of the statements behind it. */
export const MIGRATION_LOCK_TIMEOUT_MS = 1_000
const RETRY_MS = 2_000
const GIVE_UP_MS = 10 * 60_000

function blocked(): DatabaseSetupError {
  return new DatabaseSetupError(
    'A migration waited ten minutes for a table that another session holds locked, such as a pg_dump. Wait for it to end, or end it (`SELECT pid, query FROM pg_stat_activity`), and start again.',
  )
}

/** Returns false when a lock was not free in time. Migrations that were applied before stay applied. */
async function tryToMigrate(
  client: pg.Client,
  folder: string,
  andThen: (client: pg.Client) => Promise<void>,
): Promise<boolean> {
  try {
    await runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      migrationsTable: 'espejo_migrations',
      checkOrder: true,
      noLock: true,
      // One transaction for each, so that a lock is not held while a later migration waits for another one.
      singleTransaction: false,
      log: () => undefined,
    })
    await andThen(client)
    return true
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    await client.query('ROLLBACK')
    return false
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && (('code' in error && error.code === '55P03') || isLockTimeout(error.cause))
}

/** Grants the app's role access to a schema that another program created. */
export async function grantSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const name = client.escapeIdentifier(schema)
  await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${APP_ROLE}`)
  for (const kind of ['TABLES', 'SEQUENCES', 'FUNCTIONS']) {
    await client.query(`GRANT ALL ON ALL ${kind} IN SCHEMA ${name} TO ${APP_ROLE}`)
  }
}

const LOCK = 7_330_442
