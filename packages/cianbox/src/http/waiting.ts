/** Why nothing moves just now. */
export interface Waiting {
  /**
   * `retry_after`: the server asked for it; `backoff`: after a failure; `rate_limit`: our own politeness;
   * `circuit_open`: the server kept failing, so nothing is sent for a while.
   */
  reason: 'retry_after' | 'backoff' | 'rate_limit' | 'circuit_open'
  /** null when a limiter cannot tell. */
  until: Date | null
}

export interface WaitingTracker {
  /** Reports a wait; the function that it returns ends it. */
  begin(waiting: Waiting): () => void
}

/**
 * Folds the waits of concurrent requests into one: the latest still under way is told, and null
 * once there is none.
 */
export function createWaitingTracker(tell: (waiting: Waiting | null) => void): WaitingTracker {
  const active = new Set<Waiting>()
  return {
    begin: (waiting) => {
      active.add(waiting)
      tell(waiting)
      return () => {
        if (active.delete(waiting)) tell([...active].at(-1) ?? null)
      }
    },
  }
}
