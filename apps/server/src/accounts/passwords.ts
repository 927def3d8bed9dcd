import { hash, verify } from '@node-rs/argon2'

/** Hashes with argon2id and OWASP's parameters (19 MiB, two passes). The result contains the parameters. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalize(password), { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
}

/**
 * Whether a password matches a hash. `stored` is null for an unknown user: the result is false after the same time
 * as for a wrong password, so that the duration does not reveal which users exist.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const normalized = normalize(password)
  if (stored !== null) {
    // Hashes of versions before have the password as it was typed.
    return (await verify(stored, normalized)) || (normalized !== password && verify(stored, password))
  }
  dummyHash ??= hashPassword('nobody has this password')
  await verify(await dummyHash, password)
  return false
}

/** Keyboards type the same letter in several ways, such as `ñ` in one code point or two (NIST SP 800-63B). */
function normalize(password: string): string {
  return password.normalize('NFKC')
}

let dummyHash: Promise<string> | undefined
