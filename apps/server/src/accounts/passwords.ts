import { hash, verify } from '@node-rs/argon2'

/** argon2id with the parameters that OWASP recommends (19 MiB, two passes); its text carries them. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}

/**
 * Whether the password is the one that was hashed. `stored` null (nobody of that name) takes as
 * long as a wrong password and is never right, so that time does not tell who exists.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  if (stored !== null) return verify(stored, password)
  nobody ??= hashPassword('nobody has this password')
  await verify(await nobody, password)
  return false
}

let nobody: Promise<string> | undefined
