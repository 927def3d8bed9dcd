import type { User } from '@espejo/contract'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { newId } from '../runs/ids.js'
import type { Session, Sessions } from './session.js'

/** The sessions in the database. Each check reads them, so that a session that ends is over on every node at once. */
export interface SessionStore {
  /**
   * Starts a session and issues its token; null when the user is gone or the password is not the one that was verified.
   * @param passwordHash the hash that the password was verified against; null: without a password
   */
  start(user: User, passwordHash: string | null): Promise<{ token: string; expiresAt: Date } | null>
  /** Whether a session has not ended, was used recently, and its user still exists in its role. */
  isLive(session: Session): Promise<boolean>
  end(session: Session): Promise<void>
  /** The user's sessions that have not ended, the latest used first. */
  list(session: Session): Promise<OpenSession[]>
  /** Ends one of the user's sessions; false when the user has no such open one. */
  endById(session: Session, id: string): Promise<boolean>
  /** Ends all sessions of the user, this one included. */
  endAll(session: Session): Promise<void>
  /** Replaces the password and ends the user's other sessions; false when the old password was replaced meanwhile. */
  changePassword(session: Session, oldHash: string, newHash: string): Promise<boolean>
}

interface OpenSession {
  id: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
}

export function createSessionStore(deps: {
  pool: Pool
  tokens: Sessions
  /** A session that is not used for so long ends. */
  idleMinutes: number
}): SessionStore {
  const { pool, tokens } = deps
  /** The checks of each tenant that wait for the next query: thousands of viewers may reconnect at once. */
  const waiting = new Map<string, Check[]>()

  async function flush(tenantId: string): Promise<void> {
    const checks = waiting.get(tenantId) ?? []
    waiting.delete(tenantId)
    try {
      const live = await withTenant(pool, tenantId, (tx) =>
        readLive(
          tx,
          tenantId,
          checks.map(({ session }) => session),
          deps.idleMinutes,
        ),
      )
      for (const { session, resolve } of checks) resolve(live.has(session))
    } catch (error) {
      for (const { reject } of checks) reject(error)
    }
  }

  return {
    async start(user, passwordHash) {
      const sessionId = newId(24)
      const { token, expiresAt } = await tokens.issue(user, sessionId)
      const isStarted = await withTenant(pool, user.tenantId, async (tx) => {
        await deleteExpired(tx, user.tenantId)
        // FOR SHARE waits for a change of the password, and sees it then.
        const { rowCount } = await tx.query(
          `INSERT INTO app.sessions (tenant_id, session_id, user_id, expires_at)
           SELECT tenant_id, $2, user_id, $4 FROM app.users
            WHERE tenant_id = $1 AND user_id = $3 AND ($5::text IS NULL OR password_hash = $5) FOR SHARE`,
          [user.tenantId, sessionId, user.id, expiresAt, passwordHash],
        )
        return rowCount === 1
      })
      return isStarted ? { token, expiresAt } : null
    },
    isLive: (session) =>
      new Promise((resolve, reject) => {
        const checks = waiting.get(session.tenantId)
        if (checks) checks.push({ session, resolve, reject })
        else {
          waiting.set(session.tenantId, [{ session, resolve, reject }])
          setImmediate(() => void flush(session.tenantId))
        }
      }),
    async end({ tenantId, id }) {
      await withTenant(pool, tenantId, (tx) =>
        tx.query(
          'UPDATE app.sessions SET ended_at = now() WHERE tenant_id = $1 AND session_id = $2 AND ended_at IS NULL',
          [tenantId, id],
        ),
      )
    },
    async list({ tenantId, userId }) {
      const { rows } = await withTenant(pool, tenantId, (tx) =>
        tx.query<OpenSession>(
          `SELECT session_id AS id, created_at AS "createdAt", last_seen_at AS "lastSeenAt", expires_at AS "expiresAt"
             FROM app.sessions
            WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > now()
              AND last_seen_at > now() - make_interval(mins => $3)
            ORDER BY last_seen_at DESC, session_id LIMIT 200`,
          [tenantId, userId, deps.idleMinutes],
        ),
      )
      return rows
    },
    async endById({ tenantId, userId }, id) {
      const { rowCount } = await withTenant(pool, tenantId, (tx) =>
        tx.query(
          `UPDATE app.sessions SET ended_at = now()
            WHERE tenant_id = $1 AND user_id = $2 AND session_id = $3 AND ended_at IS NULL`,
          [tenantId, userId, id],
        ),
      )
      return rowCount === 1
    },
    async endAll({ tenantId, userId }) {
      await withTenant(pool, tenantId, (tx) =>
        tx.query(
          'UPDATE app.sessions SET ended_at = now() WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL',
          [tenantId, userId],
        ),
      )
    },
    changePassword: ({ tenantId, userId, id }, oldHash, newHash) =>
      withTenant(pool, tenantId, async (tx) => {
        const { rowCount } = await tx.query(
          `UPDATE app.users SET password_hash = $4, password_changed_at = now()
            WHERE tenant_id = $1 AND user_id = $2 AND password_hash = $3`,
          [tenantId, userId, oldHash, newHash],
        )
        if (rowCount !== 1) return false
        await tx.query(
          `UPDATE app.sessions SET ended_at = now()
            WHERE tenant_id = $1 AND user_id = $2 AND session_id IS DISTINCT FROM $3 AND ended_at IS NULL`,
          [tenantId, userId, id],
        )
        return true
      }),
  }
}

interface Check {
  session: Session
  resolve(isLive: boolean): void
  reject(error: unknown): void
}

/** Which of a tenant's sessions are live. Notes, once a minute, that they are in use. */
async function readLive(
  tx: Tx,
  tenantId: string,
  sessions: readonly Session[],
  idleMinutes: number,
): Promise<Set<Session>> {
  const { rows } = await tx.query<{ n: number; isOpen: boolean | null }>(
    `WITH asked AS (
       SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS a (session_id, user_id, role, n)
     ), used AS (
       UPDATE app.sessions SET last_seen_at = now() WHERE tenant_id = $1 AND session_id IN (
         SELECT session_id FROM app.sessions
          WHERE tenant_id = $1 AND session_id = ANY ($2) AND ended_at IS NULL
            AND last_seen_at BETWEEN now() - make_interval(mins => $5) AND now() - interval '1 minute'
            FOR UPDATE SKIP LOCKED))
     SELECT n::int, s.ended_at IS NULL AND s.last_seen_at > now() - make_interval(mins => $5) AS "isOpen"
       FROM asked a
       JOIN app.users u ON u.tenant_id = $1 AND u.user_id = a.user_id AND u.role = a.role
       LEFT JOIN LATERAL (
         SELECT ended_at, last_seen_at FROM app.sessions
          WHERE tenant_id = $1 AND session_id = a.session_id AND user_id = a.user_id) s ON true
      WHERE a.session_id IS NULL OR s.last_seen_at IS NOT NULL OR a.n = ANY ($6)`,
    [
      tenantId,
      sessions.map(({ id }) => id ?? null),
      sessions.map(({ userId }) => userId),
      sessions.map(({ role }) => role),
      idleMinutes,
      sessions.flatMap(({ unrecordedSince }, i) => (unrecordedSince ? [i + 1] : [])),
    ],
  )
  const live = new Set<Session>()
  for (const { n, isOpen } of rows) {
    const session = sessions[n - 1]
    if (!session) continue
    // Without an id: a ticket of the version before, which lives for seconds.
    if (session.id === undefined || isOpen === true) live.add(session)
    else if (isOpen === null && (await record(tx, session))) live.add(session)
  }
  return live
}

/**
 * Adds the row of a token of the version before, so that it can be ended like any other; false when the password was
 * changed after it was issued. Can go one release after the one that brought `app.sessions`.
 */
async function record(
  tx: Tx,
  { tenantId, id, userId, expiresAt, unrecordedSince }: Session,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO app.sessions (tenant_id, session_id, user_id, created_at, expires_at)
     SELECT tenant_id, $2, user_id, $4, $5 FROM app.users
      WHERE tenant_id = $1 AND user_id = $3 AND (password_changed_at IS NULL OR password_changed_at < $4) FOR SHARE
     ON CONFLICT (tenant_id, session_id) DO UPDATE SET last_seen_at = app.sessions.last_seen_at
       WHERE app.sessions.ended_at IS NULL`,
    [tenantId, id, userId, unrecordedSince, expiresAt],
  )
  return rowCount === 1
}

/** A day after their end: until then `ended_at` must be there for a token that is still valid. */
async function deleteExpired(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(
    `DELETE FROM app.sessions WHERE tenant_id = $1 AND session_id IN (
       SELECT session_id FROM app.sessions
        WHERE tenant_id = $1 AND expires_at < now() - interval '1 day' LIMIT 50 FOR UPDATE SKIP LOCKED)`,
    [tenantId],
  )
}
