import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCoalescer } from './coalescer.js'
import { browserPlatform } from './platform/browser-platform.js'

describe('a coalescer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function coalescing() {
    const run = vi.fn()
    return { run, coalescer: createCoalescer(run, 100, browserPlatform()) }
  }

  it('runs the first request at once', () => {
    const { run, coalescer } = coalescing()
    coalescer.request()
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('runs at most ten times a second, however many are requested', () => {
    const { run, coalescer } = coalescing()
    for (let ms = 0; ms < 1000; ms++) {
      coalescer.request()
      vi.advanceTimersByTime(1)
    }
    expect(run).toHaveBeenCalledTimes(11)
  })

  it('never loses the last request', () => {
    const { run, coalescer } = coalescing()
    coalescer.request()
    coalescer.request()
    vi.advanceTimersByTime(99)
    expect(run).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(1000)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('flushes at once, and cancels the scheduled run', () => {
    const { run, coalescer } = coalescing()
    coalescer.request()
    coalescer.request()
    coalescer.flush()
    expect(run).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(1000)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('runs a deferred request later even if it could run now', () => {
    const { run, coalescer } = coalescing()
    coalescer.defer()
    coalescer.defer()
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('has no timer after cancel', () => {
    const { coalescer } = coalescing()
    coalescer.request()
    coalescer.request()
    coalescer.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not wait longer than the interval when the clock is set back', () => {
    const { run, coalescer } = coalescing()
    coalescer.request()
    vi.setSystemTime(Date.now() - 3_600_000)
    coalescer.request()
    vi.advanceTimersByTime(100)
    expect(run).toHaveBeenCalledTimes(2)
  })
})
