/** A lease on one of the worker process's slots for concurrent runs. */
export interface JobSlot {
  /** The run waits for the ERP: the process may start another run. */
  release(): void
  /** The run continues without waiting. Until another run ends, there may be more runs than slots. */
  reacquire(): void
  /** The run has ended. Later calls of the lease do nothing. */
  close(): void
}

/** The leases of one process. */
export interface JobSlots {
  open(): JobSlot
  /** How many open leases are released now. */
  released(): number
}

/** @param onRelease called each time that a lease is released */
export function createJobSlots(onRelease: () => void = () => undefined): JobSlots {
  let released = 0
  return {
    released: () => released,
    open() {
      let state: 'held' | 'released' | 'closed' = 'held'
      function leave(next: 'held' | 'closed'): void {
        if (state === 'closed') return
        if (state === 'released') released -= 1
        state = next
      }
      return {
        release() {
          if (state !== 'held') return
          state = 'released'
          released += 1
          onRelease()
        },
        reacquire: () => leave('held'),
        close: () => leave('closed'),
      }
    },
  }
}
