/** A run as the database knows it, in seconds of its clock. */
export interface RunTimes {
  requestedAt: number
  /** Null: no worker has taken it yet. */
  started: number | null
  ended: number | null
}

/** What became of a run's turn, in seconds. */
export interface Wait {
  /** From asking to the start; of a run that did not start, until it was looked. */
  waited: number
  /** How long it had to wait in all fairness: see {@link queueWaits}. */
  fair: number
  /** How many asked later and started earlier. */
  overtakenBy: number
}

/**
 * The fair turn of the k-th who asks, of `slots`: as soon as it asks, or else as soon as so many runs
 * have ended that those before it leave a slot free. Nobody can be served earlier without somebody who
 * asked before having to wait for it; whoever is served later was passed over, or a slot stood empty.
 *
 * @param times of everybody, also of those whose wait is not of interest
 * @param now when it was looked
 * @returns in the order of asking
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

/** The value that this share of the others does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
