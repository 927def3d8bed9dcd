import type { Edges } from '../platform/platform.js'

export interface Watchdog {
  /** Something arrived. Cheap: called for every chunk. */
  feed(): void
  /**
   * Looks now instead of waiting for the timer, which sleeps while a laptop does. After a wake-up
   * half the silence is enough to call it dead: what is asked too early costs one request, and what
   * is asked too late leaves a person looking at a bar that stands still.
   */
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
  function look(patienceMs: number) {
    stop()
    const silentFor = now() - heardAt
    if (silentFor >= patienceMs) onSilence()
    else takeBack = setTimer(() => look(silenceMs), Math.min(silenceMs - silentFor, silenceMs))
  }
  look(silenceMs)
  return {
    feed: () => {
      heardAt = now()
    },
    check: () => {
      if (takeBack) look(silenceMs / 2)
    },
    stop,
  }
}
