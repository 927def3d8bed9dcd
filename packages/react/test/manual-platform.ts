import type { Platform } from '../src/core/platform/platform.js'

export interface ManualPlatform {
  platform: Pick<Platform, 'setTimer' | 'now' | 'random' | 'onWake'>
  /** Advances the clock and runs the timers that are due, in order. */
  advance(ms: number): void
  /** Advances the clock without running timers, like the sleep of a machine. */
  sleep(ms: number): void
  wake(): void
  /** Milliseconds until each pending timer, soonest first. */
  pending(): number[]
  /** Number of timers set so far with this duration, cancelled and finished ones included. */
  started(ms: number): number
  /** Number of wake-up listeners. */
  wakeListeners(): number
}

/** A clock, timers, random numbers and wake-ups that the test controls. */
export function manualPlatform(random = 0.5): ManualPlatform {
  let now = 1_000_000
  const timers = new Set<{ at: number; run: () => void }>()
  const durations: number[] = []
  const wakers = new Set<() => void>()
  const soonest = () => [...timers].sort((a, b) => a.at - b.at)

  return {
    platform: {
      now: () => now,
      random: () => random,
      setTimer(run, ms) {
        const timer = { at: now + ms, run }
        timers.add(timer)
        durations.push(ms)
        return () => timers.delete(timer)
      },
      onWake(woke) {
        wakers.add(woke)
        return () => wakers.delete(woke)
      },
    },
    advance(ms) {
      const until = now + ms
      for (let next = soonest()[0]; next && next.at <= until; next = soonest()[0]) {
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
    },
    sleep: (ms) => {
      now += ms
    },
    wake: () => {
      for (const woke of wakers) woke()
    },
    pending: () => soonest().map((timer) => timer.at - now),
    started: (ms) => durations.filter((duration) => duration === ms).length,
    wakeListeners: () => wakers.size,
  }
}
