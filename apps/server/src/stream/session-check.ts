import type { Session } from '../accounts/session.js'

/**
 * Checks the sessions of all viewers, once for each session (of a host application: once for each user and role), and
 * calls `end` for viewers whose session is not valid any more. One tenant at a time, so that it does not occupy the
 * database; those of a tenant at once, so that they share a query. A failed check is reported to `onError` and ends no
 * stream.
 */
export async function recheckSessions<V extends { readonly session: Session }>(
  viewers: readonly V[],
  isLive: (session: Session) => Promise<boolean>,
  end: (viewer: V) => void,
  onError: (error: Error) => void,
): Promise<void> {
  async function check(same: readonly V[]): Promise<void> {
    const [first] = same
    try {
      if (first && !(await isLive(first.session))) for (const viewer of same) end(viewer)
    } catch (error) {
      onError(error as Error)
    }
  }
  for (const ofTenant of groupBy(viewers, ({ session }) => session.tenantId)) {
    const bySession = groupBy(
      ofTenant,
      ({ session: { role, userId, id } }) => `${role} ${userId} ${id ?? ''}`,
    )
    await Promise.all(bySession.map(check))
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return [...groups.values()]
}
