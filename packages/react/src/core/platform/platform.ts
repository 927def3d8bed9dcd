/** Everything that the core takes from the browser or from Node. A test can replace each part. */
export interface Platform {
  fetch: typeof fetch
  /** Calls `run` once after `ms` milliseconds. Returns a function that cancels the timer. */
  setTimer: (run: () => void, ms: number) => () => void
  /** Milliseconds since the epoch. */
  now: () => number
  /** A random number, 0 ≤ x < 1. */
  random: () => number
  /**
   * Calls `listener` when the browser is online again, the page is visible again, or the machine has
   * resumed from sleep. Returns a function that removes the listener.
   */
  onWake: (listener: () => void) => () => void
  createEventSource: (url: string) => EventSource
  /** The browser's APIs for work across tabs; null where they do not exist. */
  tabs: () => Tabs | null
}

/** Web Locks and BroadcastChannel of one origin. */
export interface Tabs {
  locks: Pick<LockManager, 'request'>
  openChannel: (name: string) => TabChannel
  /** An id that no other tab has. */
  newId: () => string
}

export type TabChannel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>
