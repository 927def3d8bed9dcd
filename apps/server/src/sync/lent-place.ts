import type { Place } from '../runs/run-queue.js'

/** How long a run may go without a commit before it counts as waiting for its ERP. */
const QUIET_MS = 5000

/** A run's place in its worker, lent to another run while nothing is written. */
export interface LentPlace {
  /** A write begins: the run takes its place back. */
  writing(): void
  /** Nothing is being written any more. What a run does between two writes is to wait for its ERP. */
  quiet(): void
  close(): void
}

/** @param quietMs for tests */
export function lendWhileQuiet(place: Place, quietMs = QUIET_MS): LentPlace {
  let timer: NodeJS.Timeout | undefined
  let isLent = false
  function writing(): void {
    clearTimeout(timer)
    if (isLent) place.takeBack()
    isLent = false
  }
  return {
    writing,
    quiet() {
      writing()
      timer = setTimeout(() => {
        isLent = true
        place.lend()
      }, quietMs)
    },
    close: writing,
  }
}
