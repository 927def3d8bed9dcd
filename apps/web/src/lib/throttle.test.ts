import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { throttle } from './throttle.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('runs the first call at once and merges the rest into one an interval', () => {
  const run = vi.fn()
  const { call } = throttle(run, 2000)

  for (let i = 0; i < 50; i += 1) call()
  expect(run).toHaveBeenCalledTimes(1)

  vi.advanceTimersByTime(2000)
  expect(run).toHaveBeenCalledTimes(2)

  vi.advanceTimersByTime(10_000)
  expect(run).toHaveBeenCalledTimes(2)
})

it('runs at once again after a quiet interval', () => {
  const run = vi.fn()
  const { call } = throttle(run, 2000)
  call()
  vi.advanceTimersByTime(2000)
  call()
  expect(run).toHaveBeenCalledTimes(2)
})

it('runs nothing once it is stopped', () => {
  const run = vi.fn()
  const { call, stop } = throttle(run, 2000)
  call()
  call()
  stop()
  vi.advanceTimersByTime(10_000)
  expect(run).toHaveBeenCalledTimes(1)
})
