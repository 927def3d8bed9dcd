import { type Sync, useRun, useSSESyncFetch } from '@espejo/react'
import { useMemo, useState } from 'react'

const STREAM_URL = '/api/cianbox/sync/products/stream'

/** The session is the HttpOnly cookie, which `fetch` sends by itself: there is no token to hold. */
const getToken = () => null

/**
 * The tenant's sync for one window: the run started here or, failing that, the run under way that
 * someone else, the clock, or this person on another device has started. The latter is only watched,
 * and stays in view after it ends.
 *
 * @param activeRunId - The run under way, as the history tells; `null` while there is none.
 * @param userId - Tabs of the same person share one connection per run.
 */
export function useTenantSync(activeRunId: string | null, userId: string): Sync {
  const options = { getToken, share: userId }
  const own = useSSESyncFetch(STREAM_URL, options)
  const [otherRunId, setOtherRunId] = useState<string | null>(null)
  const otherRun = useRun(otherRunId, options)

  const nextRunId = own.isLoading
    ? null
    : activeRunId === own.runId
      ? otherRunId
      : (activeRunId ?? otherRunId)
  if (nextRunId !== otherRunId) setOtherRunId(nextRunId)

  return useMemo(
    () => (otherRunId === null ? own : { ...otherRun, startSync: own.startSync }),
    [otherRunId, otherRun, own],
  )
}
