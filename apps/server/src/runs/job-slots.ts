/** What a run occupies in its worker process: one of its places for runs at once, as a lease. */
export interface JobSlot {
  /** This run only waits: another may be taken in its stead. */
  release(): void
  /** It goes on, at once. Until one of the others ends, there may be more runs than slots. */
  reacquire(): void
  /** The run is over. From here on the lease does nothing: whatever still holds it cannot release it again. */
  close(): void
}

/** The leases of one process, and how many of them are released. */
export interface JobSlots {
  open(): JobSlot
  released(): number
}

/** @param onRelease called each time that a slot becomes free for another run */
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
