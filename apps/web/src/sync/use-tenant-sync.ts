import { type Sync, useRun, useSSESyncFetch } from '@espejo/react'
import { useMemo, useState } from 'react'

const STREAM_URL = '/api/cianbox/sync/products/stream'

/** No token: `fetch` sends the session's HttpOnly cookie. */
const getToken = () => null

/**
 * The sync that this window shows: the run started here, else the active run that another person,
 * the schedule or another device has started. Such a run is only watched, and stays on the screen
 * after it ends.
 *
 * @param activeRunId - The active run according to the history; `null` while there is none.
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
