import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter, retryDelayMs } from './retry-delay.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the delay before a retry', () => {
  it('is at least what the server requested, and at most that plus the largest backoff', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 300_000 }), random, (attempt, floorMs, chance) => {
        const delay = retryDelayMs(attempt, floorMs, chance)
        expect(delay).toBeGreaterThanOrEqual(floorMs)
        expect(delay).toBeLessThanOrEqual(floorMs + 30_000)
      }),
    )
  })

  it('is random within 1, 2, 4 … seconds, up to 30', () => {
    const most = [0, 1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(attempt, 0, 0.999_999))
    expect(most).toEqual([999, 1999, 3999, 7999, 15_999, 29_999, 29_999])
    expect(retryDelayMs(6, 0, 0)).toBe(0)
  })

  it("limits the server's delay to five minutes", () => {
    expect(retryDelayMs(0, Number.MAX_SAFE_INTEGER, 0)).toBe(300_000)
    expect(retryDelayMs(0, Number.NaN, 0)).toBe(0)
    expect(retryDelayMs(0, -5, 0)).toBe(0)
  })
})

describe('Retry-After', () => {
  it.each([
    ['seconds', '7', 7_000],
    ['zero', '0', 0],
    ['a date', 'Tue, 24 Nov 2026 12:00:09 GMT', 9_000],
    ['a date gone by', 'Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['a day', '86400', 300_000],
    ['more digits than a number holds', '9'.repeat(400), 0],
    ['a negative number', '-1', 0],
    ['a fraction', '1.5', 0],
    ['nonsense', 'soon', 0],
    ['nothing', '', 0],
  ])('as %s', (_what, value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms)
  })

  it('that is absent adds no delay', () => {
    expect(parseRetryAfter(null, NOW)).toBe(0)
  })

  it('gives 0 to 5 minutes, whatever the header contains', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const ms = parseRetryAfter(value, NOW)
        expect(ms >= 0 && ms <= 300_000).toBe(true)
      }),
    )
  })
})
