/**
 * The schedule of the load, the same for every server: each run has `perSecond` events a second, spread evenly over
 * the runs. Pure.
 *
 * @returns the indexes of the runs that are due between the last call and `at` (milliseconds). A run that is due
 *   several times is returned once: after a delay, events are skipped and do not accumulate.
 */
export function createPacer(runs: number, perSecond: number, startedAt: number): (at: number) => number[] {
  let done = 0
  return (at) => {
    const due = Math.floor(((at - startedAt) / 1000) * perSecond * runs)
    const from = Math.max(done, due - runs)
    done = Math.max(done, due)
    return Array.from({ length: done - from }, (_, i) => (from + i) % runs)
  }
}

/** Interval between two looks at the schedule, in milliseconds. */
export const PACE_MS = 25
