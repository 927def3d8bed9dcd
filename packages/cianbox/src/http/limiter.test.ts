import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLimiter } from './limiter.js'

/** A signal that is never aborted. */
const never = () => new AbortController().signal

/** A clock that the test controls; sleeps end in the order of their time. */
function createManualClock() {
  let time = 0
  const sleepers: { at: number; wake: () => void }[] = []
  return {
    now: () => time,
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        sleepers.push({ at: time + ms, wake: resolve })
      }),
    set: (to: number) => {
      time = to
    },
    /** Ends all sleeps, one by one. */
    async runAll() {
      for (;;) {
        await settle()
        sleepers.sort((a, b) => a.at - b.at)
        const next = sleepers.shift()
        if (!next) return
        time = Math.max(time, next.at)
        next.wake()
      }
    },
  }
}

/** Lets all pending promises settle. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('createLimiter', () => {
  test('starts requests no closer together than the rate allows', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 12 }),
        async (requestsPerSecond, concurrency, requests) => {
          const clock = createManualClock()
          const limiter = createLimiter({ requestsPerSecond, concurrency, ...clock })
          const starts: number[] = []
          const work = Array.from({ length: requests }, () =>
            limiter.run(async () => {
              starts.push(clock.now())
            }, never()),
          )
          await clock.runAll()
          await Promise.all(work)
          const gaps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0))
          expect(starts).toHaveLength(requests)
          expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / requestsPerSecond - 1e-6)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('has no more concurrent requests than `concurrency`', async () => {
    const limiter = createLimiter({
      requestsPerSecond: 1000,
      concurrency: 2,
      now: () => 0,
      sleep: async () => {},
    })
    const finish: (() => void)[] = []
    const send = () => new Promise<void>((resolve) => finish.push(resolve))
    const work = [1, 2, 3].map(() => limiter.run(send, never()))
    await settle()
    expect(finish).toHaveLength(2)
    finish[0]?.()
    await settle()
    expect(finish).toHaveLength(3)
    for (const end of finish) end()
    await Promise.all(work)
  })

  test('keeps sending when the clock is set back', async () => {
    const clock = createManualClock()
    clock.set(3_600_000)
    const limiter = createLimiter({ requestsPerSecond: 2, concurrency: 1, ...clock })
    await limiter.run(async () => {}, never())
    clock.set(0)
    const next = limiter.run(async () => clock.now(), never())
    await clock.runAll()
    expect(await next).toBeLessThanOrEqual(500)
  })

  test('reports a delay, with its end', async () => {
    const clock = createManualClock()
    const limiter = createLimiter({ requestsPerSecond: 0.5, concurrency: 1, ...clock })
    const reported: (Date | null)[] = []
    const work = [1, 2].map(() =>
      limiter.run(
        async () => {},
        never(),
        (until) => reported.push(until),
      ),
    )
    await clock.runAll()
    await Promise.all(work)
    expect(reported).toEqual([new Date(2000)])
  })

  test('stops waiting on abort', async () => {
    const limiter = createLimiter({
      requestsPerSecond: 1000,
      concurrency: 1,
      now: () => 0,
      sleep: async () => {},
    })
    let finish = () => {}
    const busy = limiter.run(() => new Promise<void>((resolve) => (finish = resolve)), never())
    const controller = new AbortController()
    let isSent = false
    const waiting = limiter.run(async () => {
      isSent = true
    }, controller.signal)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    finish()
    await busy
    await settle()
    expect(isSent).toBe(false)
  })

  test('refuses a rate of 0, less than 0 or NaN', () => {
    for (const requestsPerSecond of [0, -1, Number.NaN]) {
      expect(() =>
        createLimiter({ requestsPerSecond, concurrency: 1, now: () => 0, sleep: async () => {} }),
      ).toThrow(RangeError)
    }
  })
})
