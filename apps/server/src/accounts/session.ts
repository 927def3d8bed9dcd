import type { Role, User } from '@espejo/contract'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { deriveKey, importSigningKey } from '../connections/secrets.js'

/** Who asks, on whose behalf, and until when. */
export interface Session {
  userId: string
  tenantId: string
  role: Role
  expiresAt: Date
}

export interface Sessions {
  /** A token for 12 hours. */
  issue(user: Pick<User, 'id' | 'tenantId' | 'role'>): Promise<{ token: string; expiresAt: Date }>
  /** The token's session; null when it is expired, altered, another key's or another program's. */
  verifyToken(token: string): Promise<Session | null>
}

/**
 * Sessions as signed tokens (JWT, HS256 and nothing else), so that any node can check one without
 * asking the database. A token holds until it expires; to end all of them, change the secret key.
 */
export function createSessions(deps: { secretKey: Buffer; now: () => Date }): Sessions {
  const key = importSigningKey(deriveKey(deps.secretKey, 'session'))
  /** A signature that was right stays right: when a thousand viewers come back at once it is not checked anew. */
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
      // Why a token is no good is nobody's business who sent it.
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

/** Tokens remembered at most; past it all are forgotten, which only costs checking again. */
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
