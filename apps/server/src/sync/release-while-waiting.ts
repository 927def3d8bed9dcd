import type { JobSlot } from '../runs/job-slots.js'

/** After so long without a commit a run counts as waiting for its ERP. */
const WAITING_AFTER_MS = 5000

/** A run's job slot, released to other runs while the run waits for its ERP. */
export interface WaitingSlot {
  /** A write begins: reacquires the slot. */
  writing(): void
  /** A write has ended: releases the slot unless another write begins soon. */
  waiting(): void
  /** The run has ended: reacquires the slot for good. */
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
