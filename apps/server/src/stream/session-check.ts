import type { Session } from '../accounts/session.js'

/**
 * Checks the sessions of all viewers, once for each user and role, and calls `end` for viewers whose
 * session is not valid any more. One check at a time, because it is not urgent and must not occupy the
 * database. A failed check is reported to `onError` and ends no stream.
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
