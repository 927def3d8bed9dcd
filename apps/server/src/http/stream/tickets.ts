import type { Role } from '@espejo/contract'
import { type CryptoKey, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Session } from '../../accounts/session.js'
import { importSigningKey } from '../../connections/secrets.js'
import { type Pool, withTenant } from '../../db/pool.js'
import { newId } from '../../runs/ids.js'

/**
 * Single-use passes for `EventSource`, which cannot send a header. In a URL, and so in whatever logs
 * one, a ticket is worth nothing: it opens one stream, once, within seconds.
 */
export interface Tickets {
  /** @param runId the only run that it opens, or null for any stream of the tenant */
  mint(session: Session, runId: string | null): Promise<{ ticket: string; expiresAt: Date }>
  /**
   * The session behind a ticket, which is used up with it.
   * @param runId the run that is to be opened, null on the starting route
   * @returns null for anything that is not a valid, unused ticket for just this
   */
  redeem(ticket: string, runId: string | null): Promise<Session | null>
}

export function createTickets(options: {
  pool: Pool
  /** 32 bytes, used for nothing else. */
  key: Uint8Array
  now: () => Date
  /** @defaultValue 30 */
  ttlSeconds?: number
}): Tickets {
  const { pool, now, ttlSeconds = 30 } = options
  const key = importSigningKey(options.key)
  return {
    async mint(session, runId) {
      const seconds = Math.floor(now().getTime() / 1000)
      const sessionEnd = Math.floor(session.expiresAt.getTime() / 1000)
      const expires = Math.min(seconds + ttlSeconds, sessionEnd)
      const ticket = await new SignJWT({ ...claimsOf(session), ...(runId === null ? {} : { run: runId }) })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(AUDIENCE)
        .setSubject(session.userId)
        .setJti(newId(24))
        .setIssuedAt(seconds)
        .setExpirationTime(expires)
        .sign(await key)
      return { ticket, expiresAt: new Date(expires * 1000) }
    },
    async redeem(ticket, runId) {
      const claims = await verify(ticket, await key, now())
      const session = claims && sessionOf(claims)
      if (!session || !claims.jti || !claims.exp) return null
      // A ticket for one run opens that run and nothing else; one for no run opens any.
      if (claims.run !== undefined && claims.run !== runId) return null
      const isFirst = await useUp(pool, session.tenantId, claims.jti, new Date(claims.exp * 1000))
      return isFirst ? session : null
    },
  }
}

const AUDIENCE = 'stream'

async function verify(ticket: string, key: CryptoKey, at: Date): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(ticket, key, {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      currentDate: at,
      requiredClaims: ['exp', 'jti', 'sub'],
    })
    return payload
  } catch {
    return null
  }
}

function claimsOf({ tenantId, role, expiresAt }: Session) {
  return { tenant: tenantId, role, sessionEnd: expiresAt.getTime() }
}

/** We signed it, so its claims have these types; the checks are for a release that signs others. */
function sessionOf({ sub, tenant, role, sessionEnd }: JWTPayload): Session | null {
  if (!sub || typeof tenant !== 'string' || typeof sessionEnd !== 'number' || !isRole(role)) return null
  return { userId: sub, tenantId: tenant, role, expiresAt: new Date(sessionEnd) }
}

function isRole(role: unknown): role is Role {
  return role === 'admin' || role === 'operator' || role === 'viewer'
}

/**
 * False when the ticket was used before. Clears away some of those that no longer matter: that expired so long
 * ago that neither the node that made them nor any other, each within 5 minutes of the database's clock, takes them.
 */
async function useUp(pool: Pool, tenantId: string, ticketId: string, expiresAt: Date): Promise<boolean> {
  return withTenant(pool, tenantId, async (tx) => {
    // SKIP LOCKED: two that clear at once must not wait for each other in opposite orders.
    const { rowCount } = await tx.query(
      `WITH purged AS (
         DELETE FROM app.used_tickets WHERE tenant_id = $1 AND ticket_id IN (
           SELECT ticket_id FROM app.used_tickets
            WHERE tenant_id = $1 AND expires_at < now() - interval '15 minutes'
            LIMIT 50 FOR UPDATE SKIP LOCKED))
       INSERT INTO app.used_tickets (tenant_id, ticket_id, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING`,
      [tenantId, ticketId, expiresAt],
    )
    return rowCount === 1
  })
}
