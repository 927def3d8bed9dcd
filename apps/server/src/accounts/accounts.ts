import type { Role, User } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import { findSignIn, insertUser } from './account-store.js'
import { hashPassword, verifyPassword } from './passwords.js'

export interface NewUser {
  tenantId: string
  email: string
  name: string
  role: Role
  password: string
}

/** Adds a user to a tenant; null when the email is taken. */
export async function createUser(pool: Pool, user: NewUser): Promise<User | null> {
  const { password, ...rest } = user
  const passwordHash = await hashPassword(password)
  return withTenant(pool, user.tenantId, (tx) =>
    insertUser(tx, { ...rest, id: newId(), email: normalizeEmail(user.email), passwordHash }),
  )
}

/**
 * The user and the hash of the password; null when email or password is wrong. Takes as long for an unknown email,
 * against user enumeration.
 */
export async function signIn(
  pool: Pool,
  email: string,
  password: string,
): Promise<{ user: User; passwordHash: string } | null> {
  const found = await findSignIn(pool, normalizeEmail(email))
  const isRight = await verifyPassword(password, found?.passwordHash ?? null)
  return isRight ? found : null
}

/** Trims and lowercases an address, as it is stored. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}
