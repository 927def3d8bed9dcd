import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserPlatform } from '../platform/browser-platform.js'
import { createWatchdog } from './watchdog.js'

describe('a watchdog', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('barks once after the silence', () => {
    const bark = vi.fn()
    createWatchdog(bark, 45_000, browserPlatform())
    vi.advanceTimersByTime(44_999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100_000)
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('counts the silence from the last thing it heard', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(15_000)
      watchdog.feed()
    }
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(45_000)
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('notices at a check what the timer slept through', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    vi.setSystemTime(Date.now() + 60_000)
    watchdog.check()
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('is less patient at a check, after which a stream is rather dead than quiet', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    vi.setSystemTime(Date.now() + 22_000)
    watchdog.check()
    expect(bark).not.toHaveBeenCalled()
    vi.setSystemTime(Date.now() + 500)
    watchdog.check()
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('is quiet for good once stopped', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    watchdog.stop()
    vi.setSystemTime(Date.now() + 60_000)
    watchdog.check()
    vi.advanceTimersByTime(100_000)
    expect(bark).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})
