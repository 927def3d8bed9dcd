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
  const [foreignId, setForeignId] = useState<string | null>(null)
  const foreign = useRun(foreignId, options)

  const wanted = own.isLoading ? null : activeRunId === own.runId ? foreignId : (activeRunId ?? foreignId)
  if (wanted !== foreignId) setForeignId(wanted)

  return useMemo(
    () => (foreignId === null ? own : { ...foreign, startSync: own.startSync }),
    [foreignId, foreign, own],
  )
}
