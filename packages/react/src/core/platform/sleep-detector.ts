import type { Platform } from './platform.js'

const TICK_MS = 5_000
/** A tick that is late by this much was suspended; a busy page does not delay a timer for so long. */
const SUSPENDED_MS = 15_000

/**
 * Calls `onResume` when timers were suspended: after the machine slept or the browser froze the tab.
 * The browser may send no event then, and a timer set before the suspension still waits for the rest
 * of its time.
 *
 * @returns a function that stops the detection
 */
export function detectSleep(
  onResume: () => void,
  { setTimer, now }: Pick<Platform, 'setTimer' | 'now'>,
): () => void {
  let tickedAt = now()
  let cancelTimer = setTimer(tick, TICK_MS)

  function tick() {
    const lateMs = now() - tickedAt - TICK_MS
    tickedAt = now()
    cancelTimer = setTimer(tick, TICK_MS)
    if (lateMs >= SUSPENDED_MS) onResume()
  }
  return () => cancelTimer()
}
