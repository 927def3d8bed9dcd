import type { JobSlot } from '../runs/job-slots.js'

/** How long a run may go without a commit before it counts as waiting for its ERP. */
const WAITING_AFTER_MS = 5000

/** A run's job slot, released to another run while nothing is written. */
export interface WaitingSlot {
  /** A write begins: the run reacquires its slot. */
  writing(): void
  /** Nothing is being written any more. What a run does between two writes is to wait for its ERP. */
  waiting(): void
  /** The run is over: nothing releases the slot from here on. */
  close(): void
}

/** @param afterMs for tests */
export function releaseWhileWaiting(slot: JobSlot, afterMs = WAITING_AFTER_MS): WaitingSlot {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  function writing(): void {
    clearTimeout(timer)
    slot.reacquire()
  }
  return {
    writing,
    waiting() {
      if (isClosed) return
      writing()
      timer = setTimeout(slot.release, afterMs)
    },
    close() {
      isClosed = true
      writing()
    },
  }
}
