import { type Sync, useRun, useSSESyncFetch } from '@espejo/react'
import { useMemo, useState } from 'react'

const STREAM_URL = '/api/cianbox/sync/products/stream'

/** The session is the HttpOnly cookie, which `fetch` sends by itself: there is no token to hold. */
const WITH_COOKIE = { getToken: () => null }

/**
 * The tenant's sync for one window: the run started here or, failing that, the run under way that
 * someone else, the clock, or this person on another device has started. The latter is only watched,
 * and stays in view after it ends.
 *
 * @param activeRunId - The run under way, as the history tells; `null` while there is none.
 */
export function useTenantSync(activeRunId: string | null): Sync {
  const own = useSSESyncFetch(STREAM_URL, WITH_COOKIE)
  const [foreignId, setForeignId] = useState<string | null>(null)
  const foreign = useRun(foreignId, WITH_COOKIE)

  const wanted = own.isLoading ? null : activeRunId === own.runId ? foreignId : (activeRunId ?? foreignId)
  if (wanted !== foreignId) setForeignId(wanted)

  return useMemo(
    () => (foreignId === null ? own : { ...foreign, startSync: own.startSync }),
    [foreignId, foreign, own],
  )
}
