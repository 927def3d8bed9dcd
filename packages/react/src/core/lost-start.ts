import { isFinal } from '@espejo/contract'
import type { NewestRun } from './api/sync-api.js'

export type LostStart = { next: 'watch'; runId: string } | { next: 'start' } | { next: 'give-up' }

/**
 * Decides what to do when the connection was lost after a start was sent and before the server sent
 * the run's id. Pure. A reconnect never starts a run, so the newest run decides:
 *
 * 1. It is active: it is the run we started or would have joined. Watch it.
 * 2. It has ended, and it is not the newest run from before the start: our run was short. Watch it,
 *    to get its ending.
 * 3. There is no new run, and the server declined the start (429, 503): start again.
 * 4. There is no new run, and it is unknown whether the server took the start: give up, so that the
 *    person decides.
 *
 * @param knownBefore id of the newest run before the start, null for none, undefined if unknown
 */
export function afterLostStart(
  newest: NewestRun | null,
  knownBefore: string | null | undefined,
  declined: boolean,
): LostStart {
  if (newest && !isFinal(newest.status)) return { next: 'watch', runId: newest.id }
  if (newest && knownBefore !== undefined && newest.id !== knownBefore) {
    return { next: 'watch', runId: newest.id }
  }
  return declined ? { next: 'start' } : { next: 'give-up' }
}
