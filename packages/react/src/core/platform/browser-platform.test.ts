// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { browserPlatform } from './browser-platform.js'

describe('onWake in a browser', () => {
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

  it('calls the listener when the browser is online again', () => {
    window.dispatchEvent(new Event('online'))
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('calls the listener when the page is visible again', () => {
    document.dispatchEvent(new Event('visibilitychange'))
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('calls the listener after timers were suspended, without any event', () => {
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(5_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('calls no listener after it was removed', () => {
    stop()
    window.dispatchEvent(new Event('online'))
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(60_000)
    expect(woke).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('tabs', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is null without Web Locks, as on a page without HTTPS', () => {
    vi.stubGlobal('navigator', {})
    expect(browserPlatform().tabs()).toBeNull()
  })

  it('is null without BroadcastChannel', () => {
    vi.stubGlobal('navigator', { locks: { request: vi.fn() } })
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(browserPlatform().tabs()).toBeNull()
  })
})
