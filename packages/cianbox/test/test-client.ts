import { type CianboxClient, type CianboxClientOptions, createCianboxClient } from '../src/index.js'
import { ACCOUNT, CREDENTIALS, type FakeCianbox } from './fake-cianbox.js'

export interface TestClock {
  now: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** All waits so far, in milliseconds. */
  sleeps: number[]
  advance(ms: number): void
}

/** A clock that a sleep advances at once. */
export function createTestClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let time = start
  const sleeps: number[] = []
  return {
    now: () => time,
    sleep: async (ms) => {
      sleeps.push(ms)
      time += ms
    },
    sleeps,
    advance: (ms) => {
      time += ms
    },
  }
}

/** A client of the fake server without real waits: no limit, no jitter, and a clock that sleeps advance. */
export function createTestClient(
  fake: FakeCianbox,
  options: Partial<CianboxClientOptions> = {},
): CianboxClient {
  const clock = createTestClock()
  return createCianboxClient({
    baseUrl: fake.url,
    cuenta: ACCOUNT,
    credentials: CREDENTIALS,
    dialect: 'v2',
    limiter: { run: (send) => send() },
    random: () => 0,
    now: clock.now,
    sleep: clock.sleep,
    ...options,
  })
}
