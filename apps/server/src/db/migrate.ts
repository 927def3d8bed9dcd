import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { APP_ROLE, ensureAppRole } from './roles.js'

/**
 * Brings a database to this release: the app's role, the numbered files of `migrations/`, and
 * whatever `andThen` needs done as the owner. Safe to run from several processes at once (they
 * queue on a lock), and a second run does nothing.
 */
export async function migrate(
  databaseUrl: string,
  andThen: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'espejo migrations' })
  // A connection that breaks fails its next query. Without a listener it would end the process before.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // Held for the whole of it, the role included, which the runner's own lock would not cover.
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

/** Lets the app's role work with a schema that another program created. */
export async function grantSchema(client: pg.ClientBase, schema: string): Promise<void> {
  const name = client.escapeIdentifier(schema)
  await client.query(`GRANT USAGE ON SCHEMA ${name} TO ${APP_ROLE}`)
  for (const kind of ['TABLES', 'SEQUENCES', 'FUNCTIONS']) {
    await client.query(`GRANT ALL ON ALL ${kind} IN SCHEMA ${name} TO ${APP_ROLE}`)
  }
}

const LOCK = 7_330_442
