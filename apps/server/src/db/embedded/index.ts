import pg from 'pg'
import { locateBinaries } from './binaries.js'
import * as cluster from './cluster.js'
import { prepareLocation } from './cluster-location.js'
import { EmbeddedPostgresError } from './error.js'

export { EmbeddedPostgresError } from './error.js'

export interface EmbeddedPostgres {
  /** With the role that owns the database, which is not a superuser. */
  databaseUrl: string
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL server in the data directory. It survives a SIGKILL of this process: the next start uses the
 * running server.
 * @throws {@link EmbeddedPostgresError} when another Espejo uses the directory, or PostgreSQL fails.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  superuserPassword: string
  ownerPassword: string
}): Promise<EmbeddedPostgres> {
  const place = prepareLocation(await locateBinaries(), options.dataDir)
  await cluster.initialise(place, options.superuserPassword)
  const port = await cluster.start(place)
  const lockClient = new pg.Client({
    host: '127.0.0.1',
    port,
    user: cluster.SUPERUSER,
    password: options.superuserPassword,
    database: 'postgres',
    application_name: 'espejo data directory lock',
  })
  // The pools report when PostgreSQL stops. Without a listener, 'error' would end the process.
  lockClient.on('error', () => undefined)
  try {
    await lockClient.connect()
    await lockDataDir(lockClient, options.dataDir)
    await createDatabase(lockClient, options.ownerPassword)
  } catch (error) {
    await lockClient.end().catch(() => undefined)
    throw error
  }
  return {
    databaseUrl: urlOf(port, options.ownerPassword),
    async stop() {
      await lockClient.end().catch(() => undefined)
      await cluster.stop(place)
    },
  }
}

/** The URL of the PostgreSQL that runs in this data directory; null when none runs. */
export async function findEmbeddedPostgres(options: {
  dataDir: string
  ownerPassword: string
}): Promise<string | null> {
  const port = await cluster.runningPort(prepareLocation(await locateBinaries(), options.dataDir))
  return port === null ? null : urlOf(port, options.ownerPassword)
}

function urlOf(port: number, ownerPassword: string): string {
  return `postgres://${OWNER}:${ownerPassword}@127.0.0.1:${port}/${DATABASE}`
}

const OWNER = 'espejo'
const DATABASE = 'espejo'
const LOCK_KEY = 7_330_441

/** Marks the directory as in use with a session lock, which cannot become stale as a pid file can. */
async function lockDataDir(client: pg.Client, dataDir: string): Promise<void> {
  const { rows } = await client.query<{ isLocked: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS "isLocked"',
    [LOCK_KEY],
  )
  if (rows[0]?.isLocked) return
  throw new EmbeddedPostgresError(
    `Another Espejo is using the data directory ${dataDir}. Stop it, or set ESPEJO_DATA_DIR to another directory.`,
  )
}

async function createDatabase(client: pg.Client, ownerPassword: string): Promise<void> {
  const owner = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER])
  const verb = owner.rowCount === 0 ? 'CREATE' : 'ALTER'
  await client.query(
    `${verb} ROLE ${OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE PASSWORD ${client.escapeLiteral(ownerPassword)}`,
  )
  const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
  if (database.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`)
}
