import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSignInThrottle, waitFor } from './sign-in-throttle.js'

function start() {
  let at = 0
  const throttle = createSignInThrottle({ now: () => new Date(at), maxPairs: 100 })
  return { throttle, pass: (ms: number) => (at += ms) }
}

describe('the sign-in throttle', () => {
  it('allows five attempts and then doubles the wait up to 30 s', () => {
    const waits = Array.from({ length: 12 }, (_, i) => waitFor({ count: i, lastAt: 0 }, 0))
    expect(waits).toEqual([0, 0, 0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('does not lengthen the wait for an attempt that is too early', () => {
    const { throttle, pass } = start()
    for (let i = 0; i < 5; i++) expect(throttle.attempt('ana', 'x')).toBe(0)
    expect(throttle.attempt('ana', 'x')).toBe(1000)
    pass(600)
    for (let i = 0; i < 1000; i++) expect(throttle.attempt('ana', 'x')).toBe(400)
    pass(400)
    expect(throttle.attempt('ana', 'x')).toBe(0)
  })

  it('affects neither another address nor another account', () => {
    const { throttle } = start()
    for (let i = 0; i < 1000; i++) throttle.attempt('ana', 'x')
    expect(throttle.attempt('ana', 'y')).toBe(0)
    expect(throttle.attempt('eva', 'x')).toBe(0)
  })

  it('resets after a right password, and after 15 minutes', () => {
    const { throttle, pass } = start()
    for (let i = 0; i < 5; i++) throttle.attempt('ana', 'x')
    throttle.succeeded('ana', 'x')
    for (let i = 0; i < 5; i++) expect(throttle.attempt('ana', 'x')).toBe(0)
    pass(15 * 60_000)
    for (let i = 0; i < 5; i++) expect(throttle.attempt('ana', 'x')).toBe(0)
  })

  it('never waits longer than 30 s, not even when the clock is set back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer(), fc.integer(), (count, lastAt, now) => {
        const wait = waitFor({ count, lastAt }, now)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(30_000)
      }),
    )
  })

  it('stores a bounded number of pairs', () => {
    const { throttle } = start()
    for (let i = 0; i < 5; i++) throttle.attempt('ana', 'x')
    for (let i = 0; i < 100; i++) throttle.attempt(`person ${i}`, 'x')
    expect(throttle.attempt('ana', 'x')).toBe(0)
  })
})
