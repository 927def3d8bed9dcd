import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserPlatform } from '../platform/browser-platform.js'
import { createWatchdog } from './watchdog.js'

describe('a watchdog', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('calls `onSilence` once after the silence', () => {
    const bark = vi.fn()
    createWatchdog(bark, 45_000, browserPlatform())
    vi.advanceTimersByTime(44_999)
    expect(bark).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100_000)
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('counts the silence from the last `feed`', () => {
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

  it('notices at a check the silence that a suspended timer missed', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    vi.setSystemTime(Date.now() + 60_000)
    watchdog.check()
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('needs only half of the silence at a check', () => {
    const bark = vi.fn()
    const watchdog = createWatchdog(bark, 45_000, browserPlatform())
    vi.setSystemTime(Date.now() + 22_000)
    watchdog.check()
    expect(bark).not.toHaveBeenCalled()
    vi.setSystemTime(Date.now() + 500)
    watchdog.check()
    expect(bark).toHaveBeenCalledTimes(1)
  })

  it('never calls `onSilence` after `stop`', () => {
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
