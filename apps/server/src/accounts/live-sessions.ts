import type { Pool } from '../db/pool.js'
import { findUser } from './account-store.js'
import type { Session } from './session.js'

/** A user that was deleted, or whose role changed, is noticed within this time. */
const FRESH_MS = 10_000
/** Size limit of the cache, in users. Beyond it the cache is cleared. */
const MOST_USERS = 10_000

/**
 * Creates a check that a session's user still exists and has the session's role; the token alone would be valid for
 * 12 hours. Each user is read from the database at most once in ten seconds, because thousands of viewers may
 * reconnect at once.
 */
export function createLiveSessions(deps: {
  pool: Pool
  now: () => Date
}): (session: Session) => Promise<boolean> {
  const known = new Map<string, { at: number; role: Promise<string | null> }>()

  function roleOf({ tenantId, userId }: Session): Promise<string | null> {
    const key = `${tenantId}/${userId}`
    const at = deps.now().getTime()
    const fresh = known.get(key)
    if (fresh && at - fresh.at < FRESH_MS) return fresh.role
    if (known.size >= MOST_USERS) known.clear()
    const role = findUser(deps.pool, tenantId, userId).then((user) => user?.role ?? null)
    known.set(key, { at, role })
    role.catch(() => known.delete(key))
    return role
  }

  return async (session) => (await roleOf(session)) === session.role
}
