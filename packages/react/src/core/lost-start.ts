import { isFinal, type Run } from '@espejo/contract'

/** The tenant's newest run, as far as it matters here. */
export type NewestRun = Pick<Run, 'id' | 'status'>

export type LostStart = { next: 'watch'; runId: string } | { next: 'start' } | { next: 'give-up' }

/**
 * What to do when the connection broke after a start was sent and before the server said which run
 * it is. Pure. A reconnect never starts a run, so the newest run decides:
 *
 * 1. one is under way: it is ours, or the one we would have joined; watch it;
 * 2. it has ended, and is not the newest we knew before: ours was short; watch it for its ending;
 * 3. nothing new, and the server had said outright that it did not take the start up (429, 503):
 *    ask again, for nothing was started;
 * 4. nothing new, and nobody knows: give up and let the person decide.
 *
 * @param knownBefore id of the newest run before the start, null for none, undefined if never asked
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
