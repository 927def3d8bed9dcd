import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CianboxError } from '../errors.js'
import { DEFAULT_RETRY, mayRetry, retryDelayMs } from './retry-policy.js'

test('a delay is between the floor and the bound, and never below the floor', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.nat(600_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, floor, random) => {
        const delay = retryDelayMs(attempt, floor, random, DEFAULT_RETRY)
        expect(delay).toBeGreaterThanOrEqual(floor)
        expect(delay).toBeLessThanOrEqual(Math.max(floor, DEFAULT_RETRY.maxDelayMs))
      },
    ),
  )
})

test('only retryable failures are retried, up to the limit', () => {
  const failure = new CianboxError('unreachable', 'no connection')
  expect(mayRetry(failure, 1, true, DEFAULT_RETRY)).toBe(true)
  expect(mayRetry(failure, DEFAULT_RETRY.attempts, true, DEFAULT_RETRY)).toBe(false)
  expect(mayRetry(new CianboxError('too_large', ''), 1, true, DEFAULT_RETRY)).toBe(false)
})

test('a write is retried only if it was certainly not executed', () => {
  expect(mayRetry(new CianboxError('timeout', ''), 1, false, DEFAULT_RETRY)).toBe(false)
  expect(mayRetry(new CianboxError('rate_limited', ''), 1, false, DEFAULT_RETRY)).toBe(true)
})

test('a request may have fewer attempts for errors of the server, and as many as ever for others', () => {
  const failure = new CianboxError('server_error', '', { status: 500 })
  expect(mayRetry(failure, 1, true, DEFAULT_RETRY, 2)).toBe(true)
  expect(mayRetry(failure, 2, true, DEFAULT_RETRY, 2)).toBe(false)
  expect(mayRetry(failure, 2, true, DEFAULT_RETRY)).toBe(true)
  expect(mayRetry(new CianboxError('rate_limited', ''), 2, true, DEFAULT_RETRY, 2)).toBe(true)
})
