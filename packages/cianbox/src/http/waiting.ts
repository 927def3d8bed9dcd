/** Why requests currently have to wait. */
export interface Waiting {
  /**
   * `retry_after`: the server requested it; `backoff`: after a failure; `rate_limit`: our own request rate;
   * `circuit_open`: after repeated server failures no request is sent for a while.
   */
  reason: 'retry_after' | 'backoff' | 'rate_limit' | 'circuit_open'
  /** null when the limiter does not know. */
  until: Date | null
}

export interface WaitingTracker {
  /** Reports a wait. Returns a function that ends it. */
  begin(waiting: Waiting): () => void
}

/**
 * Combines the waits of concurrent requests: reports the latest one that has not ended, and null when there
 * is none.
 */
export function createWaitingTracker(report: (waiting: Waiting | null) => void): WaitingTracker {
  const active = new Set<Waiting>()
  return {
    begin: (waiting) => {
      active.add(waiting)
      report(waiting)
      return () => {
        if (active.delete(waiting)) report([...active].at(-1) ?? null)
      }
    },
  }
}
