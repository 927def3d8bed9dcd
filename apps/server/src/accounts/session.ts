import { createHash } from 'node:crypto'
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
  /** Of its row in `app.sessions`. Absent: a session of a host application. */
  id?: string
  /** When the token was issued, for one of the version before, which may have no row yet. */
  unrecordedSince?: Date
}

export interface Sessions {
  /** Creates a token that is valid for `hours`. @param sessionId of its row in `app.sessions` */
  issue(
    user: Pick<User, 'id' | 'tenantId' | 'role'>,
    sessionId?: string,
  ): Promise<{ token: string; expiresAt: Date }>
  /** The session of a token; null when the token is expired, altered, or signed with another key or for another program. */
  verifyToken(token: string): Promise<Session | null>
}

/**
 * Tokens of sessions (JWT, HS256 only). A forged or expired one is refused without the database, which says whether the
 * session of a right one has ended. A new secret key makes all of them invalid.
 */
export function createSessions(deps: {
  secretKey: Buffer
  now: () => Date
  /** @defaultValue 12 */
  hours?: number
}): Sessions {
  const { hours = 12 } = deps
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
      const { sub, tenant, role, exp, iat, jti } = claims.parse(payload)
      const session = { userId: sub, tenantId: tenant, role, expiresAt: new Date(exp * 1000) }
      if (jti !== undefined) return { ...session, id: jti }
      return { ...session, id: idOfToken(token), unrecordedSince: new Date((iat ?? 0) * 1000) }
    } catch {
      // The reason is not disclosed to the sender.
      return null
    }
  }

  return {
    async issue(user, sessionId) {
      const issuedAt = Math.floor(deps.now().getTime() / 1000)
      const expires = issuedAt + hours * 3600
      const token = await new SignJWT({
        tenant: user.tenantId,
        role: user.role,
        ...(sessionId && { jti: sessionId }),
      })
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

/** The same on every node, and of no use for making the token. */
function idOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 32)
}

/** Size limit of the cache, in tokens. Beyond it the cache is cleared. */
const MOST_VERIFIED = 10_000
const ALGORITHM = 'HS256'
const ISSUER = 'espejo'
const AUDIENCE = 'espejo-session'

const claims = z.object({
  sub: z.string().min(1),
  tenant: z.string().min(1),
  role: z.enum(['admin', 'operator', 'viewer']),
  exp: z.number(),
  iat: z.number().optional(),
  jti: z.string().optional(),
})
