import pg from 'pg'
import { APP_ROLE } from './roles.js'

export type Pool = pg.Pool
/** A connection inside one tenant's transaction. */
export type Tx = pg.PoolClient

/**
 * Connections of the app's role.
 * A transaction left idle is ended by PostgreSQL: a frozen process must not hold its row locks.
 */
export function createPool(
  databaseUrl: string,
  options: { max: number; name: string; onError: (error: Error) => void },
): Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.max,
    application_name: `espejo ${options.name}`,
    connectionTimeoutMillis: 10_000,
    idle_in_transaction_session_timeout: 10_000,
    statement_timeout: 60_000,
    onConnect: async (client) => {
      await client.query(`SET ROLE ${APP_ROLE}`)
    },
  })
  // An idle connection that breaks (PostgreSQL restarted) is replaced at the next use.
  pool.on('error', options.onError)
  return pool
}

/**
 * Runs `work` in a transaction that sees one tenant's rows and no other's.
 * Rolls back and rethrows when `work` throws.
 */
export async function withTenant<T>(pool: Pool, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.tenant', tenantId, work)
}

/** Runs `work` in a transaction that sees the one user row with this email, of whatever tenant. */
export async function withSignInEmail<T>(
  pool: Pool,
  email: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, 'app.sign_in_email', email, work)
}

async function inTransaction<T>(
  pool: Pool,
  setting: string,
  value: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  try {
    await tx.query('BEGIN')
    await tx.query('SELECT set_config($1, $2, true)', [setting, value])
    const result = await work(tx)
    await tx.query('COMMIT')
    return result
  } catch (error) {
    await tx.query('ROLLBACK').catch((cause: Error) => {
      broken = cause
    })
    throw error
  } finally {
    tx.release(broken)
  }
}
