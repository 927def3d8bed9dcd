import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.js'

test('a percentile is the smallest latency that so many are not above, to a tenth of a millisecond', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 99_999 }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.99, 1),
      (tenths, share) => {
        const latencies = new LatencyHistogram()
        for (const tenth of tenths) latencies.add(tenth / 10 + 0.05)
        const sorted = tenths.toSorted((a, b) => a - b)
        const expected = sorted[Math.ceil(tenths.length * share) - 1] ?? Number.NaN
        expect(latencies.percentile(share)).toBeCloseTo((expected + 1) / 10, 6)
      },
    ),
  )
})

test('what is longer than it can count is told as the longest', () => {
  const latencies = new LatencyHistogram()
  latencies.add(12_345)
  expect(latencies.percentile(0.99)).toBe(12_345)
  expect(latencies.max).toBe(12_345)
})

test('of nothing there is no percentile', () => {
  expect(new LatencyHistogram().percentile(0.5)).toBeNaN()
})
