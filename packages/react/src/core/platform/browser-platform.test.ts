// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserPlatform } from './browser-platform.js'

describe('waking up in a browser', () => {
  const woke = vi.fn()
  let stop = () => {}
  beforeEach(() => {
    vi.useFakeTimers()
    woke.mockClear()
    stop = browserPlatform().onWake(woke)
  })
  afterEach(() => {
    stop()
    vi.useRealTimers()
  })

  it('is being online again', () => {
    window.dispatchEvent(new Event('online'))
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('is being looked at again', () => {
    document.dispatchEvent(new Event('visibilitychange'))
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('is timers that have stood still, where no event tells of it', () => {
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(5_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('is over with when it is stopped', () => {
    stop()
    window.dispatchEvent(new Event('online'))
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(60_000)
    expect(woke).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('what tabs have in common', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is nothing where there are no locks, as on a page without HTTPS', () => {
    vi.stubGlobal('navigator', {})
    expect(browserPlatform().tabs()).toBeNull()
  })

  it('is nothing where there are no channels', () => {
    vi.stubGlobal('navigator', { locks: { request: vi.fn() } })
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(browserPlatform().tabs()).toBeNull()
  })
})
