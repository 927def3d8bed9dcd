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
    // Queries that need nothing of each other's answers share a round trip. PostgreSQL takes them in order.
    pipeline: true,
    onConnect: async (client) => {
      await client.query(`SET ROLE ${APP_ROLE}`)
    },
  })
  // An idle connection that breaks (PostgreSQL restarted) is replaced at the next use.
  pool.on('error', options.onError)
  // One that breaks in use fails its next query. Without a listener it would end the process before.
  pool.on('connect', (client) => client.on('error', () => undefined))
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

/** Runs `work` in a transaction that sees the one webhook whose secret has this hash, of whatever tenant. */
export async function withWebhookHash<T>(pool: Pool, hash: Buffer, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.webhook_hash', hash.toString('hex'), work)
}

/**
 * Runs `work` in a transaction that sees which tenants there are and what is due for them, and nothing
 * else of theirs. `work` sets the tenant itself (see {@link actFor}) before it touches anything more.
 */
export async function withMaintenance<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.maintenance', 'on', work)
}

/** Makes the rest of a maintenance transaction one tenant's own. */
export async function actFor(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(`SELECT set_config('app.maintenance', '', true), set_config('app.tenant', $1, true)`, [
    tenantId,
  ])
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
    // One round trip for both, which only the simple protocol takes: hence literals.
    await tx.query(`BEGIN; SELECT set_config(${tx.escapeLiteral(setting)}, ${tx.escapeLiteral(value)}, true)`)
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
