/**
 * The timetable of the load, the same for every contestant: each run has an event `perSecond` times a
 * second, and the runs take turns, so that events come evenly instead of all at once. Pure.
 *
 * @returns what is due between the last call and `at` (milliseconds), as numbers of runs. A run that is
 *   due more than once by then is due once: who is late skips, and does not pile up.
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

/** How often the timetable is looked at, in milliseconds. */
export const PACE_MS = 25
