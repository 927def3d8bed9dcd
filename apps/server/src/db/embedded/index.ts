import pg from 'pg'
import { locateBinaries } from './binaries.js'
import * as cluster from './cluster.js'
import { prepareLocation } from './cluster-location.js'
import { EmbeddedPostgresError } from './error.js'

export { EmbeddedPostgresError } from './error.js'

export interface EmbeddedPostgres {
  /** Of the role that owns the database; no superuser. */
  databaseUrl: string
  stop(): Promise<void>
}

/**
 * A real PostgreSQL of our own, in the data directory, for those who have none. It survives a
 * SIGKILL of this process: the next start takes it over.
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
  const holder = new pg.Client({
    host: '127.0.0.1',
    port,
    user: cluster.SUPERUSER,
    password: options.superuserPassword,
    database: 'postgres',
    application_name: 'espejo holder',
  })
  // When PostgreSQL stops or dies, the pools notice it and say so; this connection has nothing to add.
  holder.on('error', () => undefined)
  try {
    await holder.connect()
    await hold(holder, options.dataDir)
    await createDatabase(holder, options.ownerPassword)
  } catch (error) {
    await holder.end().catch(() => undefined)
    throw error
  }
  return {
    databaseUrl: urlOf(port, options.ownerPassword),
    async stop() {
      await holder.end().catch(() => undefined)
      await cluster.stop(place)
    },
  }
}

/** The address of the PostgreSQL that an Espejo runs in this data directory; null when none runs. */
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
const HOLD_KEY = 7_330_441

/** A session lock says that this directory is in use: unlike a pid file, it cannot be left behind. */
async function hold(client: pg.Client, dataDir: string): Promise<void> {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
    HOLD_KEY,
  ])
  if (rows[0]?.held) return
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
