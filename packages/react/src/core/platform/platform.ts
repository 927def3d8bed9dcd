import { detectSleep } from './sleep-detector.js'

/** Everything the core takes from the world around it, so that a test can stand in for each. */
export interface Edges {
  fetch: typeof fetch
  /** Calls `run` once after `ms`; the answer takes it back. */
  setTimer: (run: () => void, ms: number) => () => void
  /** Milliseconds since the epoch. */
  now: () => number
  /** From 0 up to 1. */
  random: () => number
  /**
   * Calls `woke` when the browser is online again, the page visible again, or the machine awake
   * again; the answer stops it.
   */
  onWake: (woke: () => void) => () => void
  createEventSource: (url: string) => EventSource
  /** What the tabs of one browser have in common; null where it has no such thing. */
  tabs: () => Tabs | null
}

/** Means by which tabs of one origin take turns and talk. */
export interface Tabs {
  locks: Pick<LockManager, 'request'>
  openChannel: (name: string) => TabChannel
  /** A name that no other tab has. */
  newId: () => string
}

export type TabChannel = Pick<BroadcastChannel, 'postMessage' | 'onmessage' | 'close'>

/** The browser's own. Each is looked up when used, so importing this on a server touches nothing. */
export function browserEdges(): Edges {
  return {
    fetch: (input, init) => fetch(input, init),
    ...CLOCK,
    random: () => Math.random(),
    onWake: onBrowserWake,
    createEventSource: (url) => new EventSource(url),
    tabs: browserTabs,
  }
}

const CLOCK: Pick<Edges, 'setTimer' | 'now'> = {
  setTimer: (run, ms) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
}

function onBrowserWake(woke: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  const onVisibility = () => {
    if (document.visibilityState === 'visible') woke()
  }
  window.addEventListener('online', woke)
  document.addEventListener('visibilitychange', onVisibility)
  const stopDetecting = detectSleep(woke, CLOCK)
  return () => {
    window.removeEventListener('online', woke)
    document.removeEventListener('visibilitychange', onVisibility)
    stopDetecting()
  }
}

/** Web Locks need a secure page (HTTPS or localhost), and both a browser of 2022 or newer. */
function browserTabs(): Tabs | null {
  const locks = globalThis.navigator?.locks
  if (!locks || typeof BroadcastChannel !== 'function') return null
  return {
    locks,
    openChannel: (name) => new BroadcastChannel(name),
    newId: () => crypto.randomUUID(),
  }
}
