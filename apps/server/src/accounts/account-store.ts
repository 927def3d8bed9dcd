import type { User } from '@espejo/contract'
import { type Pool, type Tx, withSignInEmail, withTenant } from '../db/pool.js'

const USER_COLUMNS = 'user_id AS id, email, name, tenant_id AS "tenantId", role'

/** Adds a tenant; an existing one is not changed. */
export async function ensureTenant(pool: Pool, tenantId: string, name: string): Promise<void> {
  await withTenant(pool, tenantId, (tx) => insertTenant(tx, tenantId, name))
}

/** {@link ensureTenant} in a transaction of that tenant. */
export async function insertTenant(tx: Tx, tenantId: string, name: string): Promise<void> {
  await tx.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    tenantId,
    name,
  ])
}

/** Adds a user; null when a user of any tenant has the email. */
export async function insertUser(tx: Tx, user: User & { passwordHash: string }): Promise<User | null> {
  const { rows } = await tx.query<User>(
    `INSERT INTO app.users (tenant_id, user_id, email, name, role, password_hash)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email) DO NOTHING RETURNING ${USER_COLUMNS}`,
    [user.tenantId, user.id, user.email, user.name, user.role, user.passwordHash],
  )
  return rows[0] ?? null
}

/** The users of a tenant, by email. */
export async function listUsers(pool: Pool, tenantId: string): Promise<User[]> {
  const { rows } = await withTenant(pool, tenantId, (tx) =>
    tx.query<User>(`SELECT ${USER_COLUMNS} FROM app.users WHERE tenant_id = $1 ORDER BY email`, [tenantId]),
  )
  return rows
}

export async function findUser(pool: Pool, tenantId: string, userId: string): Promise<User | null> {
  const { rows } = await withTenant(pool, tenantId, (tx) =>
    tx.query<User>(`SELECT ${USER_COLUMNS} FROM app.users WHERE tenant_id = $1 AND user_id = $2`, [
      tenantId,
      userId,
    ]),
  )
  return rows[0] ?? null
}

/** The user of an email and the password hash, of any tenant. Only for signing in. */
export async function findSignIn(
  pool: Pool,
  email: string,
): Promise<{ user: User; passwordHash: string } | null> {
  const { rows } = await withSignInEmail(pool, email, (tx) =>
    tx.query<User & { passwordHash: string }>(
      `SELECT ${USER_COLUMNS}, password_hash AS "passwordHash" FROM app.users WHERE email = $1`,
      [email],
    ),
  )
  if (!rows[0]) return null
  const { passwordHash, ...user } = rows[0]
  return { user, passwordHash }
}
