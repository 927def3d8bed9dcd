/** Everything the core takes from the world around it, so that a test can stand in for each. */
export interface Edges {
  fetch: typeof fetch
  /** Calls `run` once after `ms`; the answer takes it back. */
  setTimer: (run: () => void, ms: number) => () => void
  /** Milliseconds since the epoch. */
  now: () => number
  /** From 0 up to 1. */
  random: () => number
  /** Calls `woke` when the browser is online again or the page visible again; the answer stops it. */
  onWake: (woke: () => void) => () => void
  createEventSource: (url: string) => EventSource
}

/** The browser's own. Each is looked up when used, so importing this on a server touches nothing. */
export function browserEdges(): Edges {
  return {
    fetch: (input, init) => fetch(input, init),
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    now: () => Date.now(),
    random: () => Math.random(),
    onWake: onBrowserWake,
    createEventSource: (url) => new EventSource(url),
  }
}

function onBrowserWake(woke: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  const onVisibility = () => {
    if (document.visibilityState === 'visible') woke()
  }
  window.addEventListener('online', woke)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    window.removeEventListener('online', woke)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}
