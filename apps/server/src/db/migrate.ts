import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { APP_ROLE, ensureAppRole } from './roles.js'

/**
 * Migrates a database to this release: creates the app's role, applies the files of `migrations/`, and calls
 * `andThen` with the owner's connection. Idempotent; several processes may call it at once (a lock serializes them).
 */
export async function migrate(
  databaseUrl: string,
  andThen: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'espejo migrations' })
  // A broken connection fails the next query. Without a listener, its 'error' event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // Also covers creating the role, which the runner's own lock does not.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await ensureAppRole(client)
    await runner({
      dbClient: client,
      dir: fileURLToPath(new URL('../../migrations', import.meta.url)),
      direction: 'up',
      migrationsTable: 'espejo_migrations',
      checkOrder: true,
      noLock: true,
      log: () => undefined,
    })
    await andThen(client)
  } finally {
    await client.end()
  }
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
