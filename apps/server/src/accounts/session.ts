import type { Role, User } from '@espejo/contract'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { deriveKey, importSigningKey } from '../connections/secrets.js'

/** A signed-in user. */
export interface Session {
  userId: string
  tenantId: string
  role: Role
  expiresAt: Date
}

export interface Sessions {
  /** Creates a token that is valid for 12 hours. */
  issue(user: Pick<User, 'id' | 'tenantId' | 'role'>): Promise<{ token: string; expiresAt: Date }>
  /** The session of a token; null when the token is expired, altered, or signed with another key or for another program. */
  verifyToken(token: string): Promise<Session | null>
}

/**
 * Sessions as signed tokens (JWT, HS256 only), so that any node can verify one without the database. A token is
 * valid until it expires; a new secret key makes all of them invalid.
 */
export function createSessions(deps: { secretKey: Buffer; now: () => Date }): Sessions {
  const key = importSigningKey(deriveKey(deps.secretKey, 'session'))
  /** Cache of verified tokens: saves the signature checks when a thousand viewers reconnect at once. */
  const verified = new Map<string, Session>()

  async function verify(token: string): Promise<Session | null> {
    try {
      const { payload } = await jwtVerify(token, await key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: deps.now(),
      })
      const { sub, tenant, role, exp } = claims.parse(payload)
      return { userId: sub, tenantId: tenant, role, expiresAt: new Date(exp * 1000) }
    } catch {
      // The reason is not disclosed to the sender.
      return null
    }
  }

  return {
    async issue(user) {
      const issuedAt = Math.floor(deps.now().getTime() / 1000)
      const expires = issuedAt + SESSION_HOURS * 3600
      const token = await new SignJWT({ tenant: user.tenantId, role: user.role })
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(user.id)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(await key)
      return { token, expiresAt: new Date(expires * 1000) }
    },
    async verifyToken(token) {
      const known = verified.get(token)
      if (known && known.expiresAt > deps.now()) return known
      verified.delete(token)
      const session = await verify(token)
      if (!session) return null
      if (verified.size >= MOST_VERIFIED) verified.clear()
      verified.set(token, session)
      return session
    },
  }
}

/** Size limit of the cache, in tokens. Beyond it the cache is cleared. */
const MOST_VERIFIED = 10_000
const SESSION_HOURS = 12
const ALGORITHM = 'HS256'
const ISSUER = 'espejo'
const AUDIENCE = 'espejo-session'

const claims = z.object({
  sub: z.string().min(1),
  tenant: z.string().min(1),
  role: z.enum(['admin', 'operator', 'viewer']),
  exp: z.number(),
})
