import type { Edges } from './edges.js'

export interface Watchdog {
  /** Something arrived. Cheap: called for every chunk. */
  feed(): void
  /** Looks now instead of waiting for the timer, which sleeps while a laptop does. */
  check(): void
  stop(): void
}

/** Calls `onSilence` once when it was not fed for `silenceMs`. Running from the start. */
export function createWatchdog(
  onSilence: () => void,
  silenceMs: number,
  { setTimer, now }: Pick<Edges, 'setTimer' | 'now'>,
): Watchdog {
  let heardAt = now()
  let takeBack: (() => void) | null = null

  function stop() {
    takeBack?.()
    takeBack = null
  }
  function check() {
    stop()
    const left = heardAt + silenceMs - now()
    if (left <= 0) onSilence()
    else takeBack = setTimer(check, Math.min(left, silenceMs))
  }
  check()
  return {
    feed: () => {
      heardAt = now()
    },
    check: () => {
      if (takeBack) check()
    },
    stop,
  }
}
