import type { Platform, Tabs } from './platform.js'
import { detectSleep } from './sleep-detector.js'

/** The browser's APIs. Each global is looked up on use, so that importing this on a server has no effect. */
export function browserPlatform(): Platform {
  return {
    fetch: (input, init) => fetch(input, init),
    ...CLOCK,
    random: () => Math.random(),
    onWake: onBrowserWake,
    createEventSource: (url) => new EventSource(url),
    tabs: browserTabs,
  }
}

const CLOCK: Pick<Platform, 'setTimer' | 'now'> = {
  setTimer: (run, ms) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
}

function onBrowserWake(listener: () => void): () => void {
  if (typeof window === 'undefined') return () => {}
  const onVisibility = () => {
    if (document.visibilityState === 'visible') listener()
  }
  window.addEventListener('online', listener)
  document.addEventListener('visibilitychange', onVisibility)
  const stopDetecting = detectSleep(listener, CLOCK)
  return () => {
    window.removeEventListener('online', listener)
    document.removeEventListener('visibilitychange', onVisibility)
    stopDetecting()
  }
}

/** Web Locks need a secure context (HTTPS or localhost); both APIs need a browser of 2022 or newer. */
function browserTabs(): Tabs | null {
  const locks = globalThis.navigator?.locks
  if (!locks || typeof BroadcastChannel !== 'function') return null
  return {
    locks,
    openChannel: (name) => new BroadcastChannel(name),
    newId: () => crypto.randomUUID(),
  }
}
