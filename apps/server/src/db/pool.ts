import pg from 'pg'
import { closeLostConnections } from './lost-connections.js'
import { APP_ROLE } from './roles.js'

export type Pool = pg.Pool
/** A connection inside a transaction, usually a tenant's. */
export type Tx = pg.PoolClient

/**
 * Creates a pool whose connections use the app's role. PostgreSQL ends a transaction that is idle for 10 s, so that
 * a frozen process does not hold row locks. A connection that was lost without notice is closed within 15 s.
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
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    idle_in_transaction_session_timeout: 10_000,
    statement_timeout: 60_000,
    // Queries that are sent without waiting share a round trip. PostgreSQL executes them in order.
    pipeline: true,
    onConnect: async (client) => {
      const setRole: pg.QueryConfig & { query_timeout: number } = {
        text: `SET ROLE ${APP_ROLE}`,
        query_timeout: 10_000,
      }
      await client.query(setRole)
    },
  })
  closeLostConnections(pool, databaseUrl)
  // An idle connection that breaks (PostgreSQL restarts) is replaced at the next use.
  pool.on('error', options.onError)
  // A connection that breaks in use fails its next query. Without a listener, 'error' would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * Runs `work` in a transaction that sees the rows of one tenant only (row-level security).
 * Rolls back and rethrows when `work` throws.
 */
export async function withTenant<T>(pool: Pool, tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.tenant', tenantId, work)
}

/** Runs `work` in a transaction that sees the user with this email, of any tenant, and nothing else. */
export async function withSignInEmail<T>(
  pool: Pool,
  email: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, 'app.sign_in_email', email, work)
}

/** Runs `work` in a transaction that sees the webhook whose secret has this hash, of any tenant, and nothing else. */
export async function withWebhookHash<T>(pool: Pool, hash: Buffer, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.webhook_hash', hash.toString('hex'), work)
}

/**
 * Runs `work` in a transaction that sees the list of tenants and their timers, and nothing else of theirs. To use
 * other tables, `work` switches to one tenant with {@link switchToTenant}.
 */
export async function withMaintenance<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(pool, 'app.maintenance', 'on', work)
}

/** Turns a maintenance transaction into a transaction of one tenant. */
export async function switchToTenant(tx: Tx, tenantId: string): Promise<void> {
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
    // Literals instead of parameters: only the simple protocol takes two statements in one round trip.
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
