/** A run as the database knows it, in seconds of its clock. */
export interface Turn {
  asked: number
  /** Null: no worker has taken it yet. */
  started: number | null
  ended: number | null
}

/** What became of a run's turn, in seconds. */
export interface Wait {
  /** From asking to the start; of a run that did not start, until it was looked. */
  waited: number
  /** How long it had to wait in all fairness: see {@link waits}. */
  fair: number
  /** How many asked later and started earlier. */
  overtakenBy: number
}

/**
 * The fair turn of the k-th who asks, of `slots`: as soon as it asks, or else as soon as so many runs
 * have ended that those before it leave a slot free. Nobody can be served earlier without somebody who
 * asked before having to wait for it; whoever is served later was passed over, or a slot stood empty.
 *
 * @param turns of everybody, also of those whose wait is not of interest
 * @param now when it was looked
 * @returns in the order of asking
 */
export function waits(turns: readonly Turn[], slots: number, now: number): Wait[] {
  const inOrder = [...turns].sort((a, b) => a.asked - b.asked)
  const endings = turns.flatMap(({ ended }) => ended ?? []).sort((a, b) => a - b)
  return inOrder.map(({ asked, started }, k) => {
    const freed = k < slots ? asked : (endings[k - slots] ?? now)
    const start = started ?? Number.POSITIVE_INFINITY
    const overtaking = inOrder.slice(k + 1).filter((later) => later.started !== null && later.started < start)
    return {
      waited: (started ?? now) - asked,
      fair: Math.max(0, freed - asked),
      overtakenBy: overtaking.length,
    }
  })
}

/** The value that this share of the others does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
