import type { Platform } from '../platform/platform.js'

export interface Watchdog {
  /** Call when bytes arrive. Cheap enough for every chunk. */
  feed(): void
  /**
   * Checks now, because timers are suspended while the machine sleeps. Here half of `silenceMs` is
   * enough: reconnecting too early costs one request, reconnecting too late shows stale progress.
   */
  check(): void
  stop(): void
}

/** Calls `onSilence` once when `feed` was not called for `silenceMs` milliseconds. Starts at once. */
export function createWatchdog(
  onSilence: () => void,
  silenceMs: number,
  { setTimer, now }: Pick<Platform, 'setTimer' | 'now'>,
): Watchdog {
  let fedAt = now()
  let cancelTimer: (() => void) | null = null

  function stop() {
    cancelTimer?.()
    cancelTimer = null
  }
  function checkSilence(limitMs: number) {
    stop()
    const silentMs = now() - fedAt
    if (silentMs >= limitMs) onSilence()
    else cancelTimer = setTimer(() => checkSilence(silenceMs), Math.min(silenceMs - silentMs, silenceMs))
  }
  checkSilence(silenceMs)
  return {
    feed: () => {
      fedAt = now()
    },
    check: () => {
      if (cancelTimer) checkSilence(silenceMs / 2)
    },
    stop,
  }
}
