import type { Pool } from '../db/pool.js'
import { findUser } from './account-store.js'
import type { Session } from './session.js'

/** A role or a user that is gone is noticed within this time. */
const FRESH_MS = 10_000
/** Users remembered at most; past it all are forgotten, which only costs asking again. */
const MOST_USERS = 10_000

/**
 * Whether a session still is what its token says: the user exists, in that role. A token says so for
 * 12 hours; this looks at the database, at most once in ten seconds for each user, so that
 * thousands of viewers that reconnect do not ask thousands of times.
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
