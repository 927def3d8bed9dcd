import type { Session } from '../accounts/session.js'

/**
 * Asks, for each user once, whether the session behind its streams still holds, and hands those
 * whose does not to `end`. One question at a time: it is never urgent enough to crowd the database.
 * A question that fails ends nobody's stream.
 */
export async function recheckSessions<V extends { readonly session: Session }>(
  viewers: readonly V[],
  isLive: (session: Session) => Promise<boolean>,
  end: (viewer: V) => void,
  onError: (error: Error) => void,
): Promise<void> {
  const byUser = new Map<string, V[]>()
  for (const viewer of viewers) {
    const { tenantId, userId, role } = viewer.session
    const key = `${tenantId} ${role} ${userId}`
    const same = byUser.get(key)
    if (same) same.push(viewer)
    else byUser.set(key, [viewer])
  }
  for (const ofUser of byUser.values()) {
    const [first] = ofUser
    if (!first) continue
    try {
      if (!(await isLive(first.session))) for (const viewer of ofUser) end(viewer)
    } catch (error) {
      onError(error as Error)
    }
  }
}
