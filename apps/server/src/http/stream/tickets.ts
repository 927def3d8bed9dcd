import type { Role } from '@espejo/contract'
import { type CryptoKey, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Session } from '../../accounts/session.js'
import { importSigningKey } from '../../connections/secrets.js'
import { type Pool, withTenant } from '../../db/pool.js'
import { newId } from '../../runs/ids.js'

/**
 * Single-use tickets for `EventSource`, which cannot send a header. A ticket opens one stream, once,
 * within seconds, so it does no harm in a log of URLs.
 */
export interface Tickets {
  /** Creates a ticket. @param runId the only run that it opens; null: any stream of the tenant */
  mint(session: Session, runId: string | null): Promise<{ ticket: string; expiresAt: Date }>
  /**
   * Uses up a ticket and returns its session.
   * @param runId the run to be opened; null on the starting route
   * @returns null unless it is a valid, unused ticket for this run or route
   */
  redeem(ticket: string, runId: string | null): Promise<Session | null>
}

export function createTickets(options: {
  pool: Pool
  /** 32 bytes; a key for tickets only. */
  key: Uint8Array
  now: () => Date
  /** A ticket opens nothing after its session has ended. */
  isSessionLive(session: Session): Promise<boolean>
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
      // A ticket for a run opens only that run; one without a run opens any stream.
      if (claims.run !== undefined && claims.run !== runId) return null
      const isFirst = await useUp(pool, session.tenantId, claims.jti, new Date(claims.exp * 1000))
      return isFirst && (await options.isSessionLive(session)) ? session : null
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

function claimsOf({ tenantId, role, expiresAt, id }: Session) {
  return { tenant: tenantId, role, sessionEnd: expiresAt.getTime(), ...(id !== undefined && { sid: id }) }
}

/** The signature is ours, so these checks only fail for tickets of another release. */
function sessionOf({ sub, tenant, role, sessionEnd, sid }: JWTPayload): Session | null {
  if (!sub || typeof tenant !== 'string' || typeof sessionEnd !== 'number' || !isRole(role)) return null
  const session = { userId: sub, tenantId: tenant, role, expiresAt: new Date(sessionEnd) }
  return typeof sid === 'string' ? { ...session, id: sid } : session
}

function isRole(role: unknown): role is Role {
  return role === 'admin' || role === 'operator' || role === 'viewer'
}

/**
 * Marks a ticket as used; false when it was used before. Also deletes some that expired more than 15
 * minutes ago: no node accepts those, because each clock is within 5 minutes of the database's.
 */
async function useUp(pool: Pool, tenantId: string, ticketId: string, expiresAt: Date): Promise<boolean> {
  return withTenant(pool, tenantId, async (tx) => {
    // SKIP LOCKED: two concurrent deletions could otherwise deadlock.
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
