import type { User } from '@espejo/contract'
import { type Pool, switchToTenant, type Tx, withMaintenance } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import { insertTenant, insertUser } from './account-store.js'
import { normalizeEmail } from './accounts.js'
import { hashPassword } from './passwords.js'

export interface Tenant {
  id: string
  name: string
  createdAt: Date
}

export interface NewAdmin {
  email: string
  name: string
  password: string
}

/** A user of some tenant has the email already. */
export class EmailTakenError extends Error {
  override name = 'EmailTakenError'
}

/** All tenants of the installation, the oldest first. */
export function listTenants(pool: Pool): Promise<Tenant[]> {
  return withMaintenance(pool, async (tx) => {
    const { rows } = await tx.query<Tenant>(
      `SELECT tenant_id AS id, name, created_at AS "createdAt" FROM app.tenants ORDER BY created_at, tenant_id`,
    )
    return rows
  })
}

/** Whether the installation has a tenant. In a maintenance transaction. */
export async function hasTenant(tx: Tx): Promise<boolean> {
  const { rowCount } = await tx.query('SELECT FROM app.tenants LIMIT 1')
  return rowCount === 1
}

/**
 * Adds a tenant and, with `admin`, its first administrator. The id is made from the name.
 * @throws {@link EmailTakenError}
 */
export async function createTenant(
  pool: Pool,
  tenantName: string,
  admin: NewAdmin | null,
): Promise<{ tenantId: string; user: User | null }> {
  const hashed = admin && (await hashAdmin(admin))
  return withMaintenance(pool, async (tx) => {
    await lockTenantList(tx)
    return addTenant(tx, tenantName, hashed)
  })
}

/** {@link NewAdmin} with the hash in place of the password: hashing takes long, so it is done before the transaction. */
export type HashedAdmin = Omit<NewAdmin, 'password'> & { passwordHash: string }

export async function hashAdmin({ password, ...rest }: NewAdmin): Promise<HashedAdmin> {
  return { ...rest, passwordHash: await hashPassword(password) }
}

/** Serializes those who add tenants, until the transaction ends. */
export async function lockTenantList(tx: Tx): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [TENANT_LIST_LOCK])
}

/**
 * {@link createTenant} in a maintenance transaction with the lock of {@link lockTenantList}. The transaction is one
 * of the new tenant afterwards.
 */
export async function addTenant(
  tx: Tx,
  tenantName: string,
  admin: HashedAdmin | null,
): Promise<{ tenantId: string; user: User | null }> {
  const tenantId = await freeId(tx, tenantName)
  await switchToTenant(tx, tenantId)
  await insertTenant(tx, tenantId, tenantName)
  if (!admin) return { tenantId, user: null }
  const email = normalizeEmail(admin.email)
  const user = await insertUser(tx, { ...admin, tenantId, id: newId(), email, role: 'admin' })
  if (!user) throw new EmailTakenError(email)
  return { tenantId, user }
}

/** An id that no tenant has: the name in the letters that ids allow, with random ones after it if that is taken. */
async function freeId(tx: Tx, name: string): Promise<string> {
  const wanted = idFromName(name)
  const { rowCount } = await tx.query('SELECT FROM app.tenants WHERE tenant_id = $1', [wanted])
  return wanted !== '' && rowCount === 0 ? wanted : `${wanted || 'tenant'}-${newId(6)}`
}

/** For example `ferreteria-el-tornillo`; at most 30 characters, none for a name without Latin letters or digits. */
export function idFromName(name: string): string {
  const words =
    name
      .normalize('NFD')
      .toLowerCase()
      .replace(/\p{M}/gu, '')
      .match(/[a-z0-9]+/g) ?? []
  return words.join('-').slice(0, 30).replace(/-$/, '')
}

const TENANT_LIST_LOCK = 7_330_443
