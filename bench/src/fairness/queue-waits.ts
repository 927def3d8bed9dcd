/** The times of a run, in seconds of the database's clock. */
export interface RunTimes {
  requestedAt: number
  /** Null: no worker has claimed it yet. */
  started: number | null
  ended: number | null
}

/** How long a run waited in the queue, in seconds. */
export interface Wait {
  /** From the request to the start; for a run that did not start, until `now`. */
  waited: number
  /** The shortest wait that delays no run requested before: see {@link queueWaits}. */
  fair: number
  /** Number of runs that were requested later and started earlier. */
  overtakenBy: number
}

/**
 * Compares each run's wait with its fair wait. The fair start of the k-th requested run is its request, while one of
 * the `slots` is free, or the time when enough runs have ended that those before it leave a slot free. An earlier start
 * would delay a run requested before; after a later start, a run was overtaken or a slot was unused.
 *
 * @param times of all runs that use the slots
 * @param now when the times were read
 * @returns in the order of the requests
 */
export function queueWaits(times: readonly RunTimes[], slots: number, now: number): Wait[] {
  const inOrder = [...times].sort((a, b) => a.requestedAt - b.requestedAt)
  const endings = times.flatMap(({ ended }) => ended ?? []).sort((a, b) => a - b)
  return inOrder.map(({ requestedAt, started }, k) => {
    const freed = k < slots ? requestedAt : (endings[k - slots] ?? now)
    const start = started ?? Number.POSITIVE_INFINITY
    const overtaking = inOrder.slice(k + 1).filter((later) => later.started !== null && later.started < start)
    return {
      waited: (started ?? now) - requestedAt,
      fair: Math.max(0, freed - requestedAt),
      overtakenBy: overtaking.length,
    }
  })
}

/** The smallest value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
