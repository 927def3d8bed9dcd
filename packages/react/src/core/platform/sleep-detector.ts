import type { Edges } from './platform.js'

const TICK_MS = 5_000
/** Lateness of a tick that no busy page explains. */
const SLEPT_MS = 15_000

/**
 * Calls `woke` when the timers have stood still: after a laptop's sleep, or a tab's freezing, no
 * event need come, and a timer set before it still waits for the rest of its time.
 *
 * @returns stops it
 */
export function detectSleep(
  woke: () => void,
  { setTimer, now }: Pick<Edges, 'setTimer' | 'now'>,
): () => void {
  let tickedAt = now()
  let takeBack = setTimer(tick, TICK_MS)

  function tick() {
    const late = now() - tickedAt - TICK_MS
    tickedAt = now()
    takeBack = setTimer(tick, TICK_MS)
    if (late >= SLEPT_MS) woke()
  }
  return () => takeBack()
}
