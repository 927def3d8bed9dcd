import { describe, expect, it, vi } from 'vitest'
import { manualPlatform } from '../../../test/manual-platform.js'
import { detectSleep } from './sleep-detector.js'

describe('the sleep detector', () => {
  it('says nothing while timers come when they are due', () => {
    const { platform, advance } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    advance(600_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('notices at its first tick that the timers have stood still', () => {
    const { platform, advance, sleep } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    sleep(3_600_000)
    advance(5_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('takes a page that was merely busy for what it is', () => {
    const { platform, advance, sleep } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    sleep(10_000)
    advance(5_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('leaves no timer behind', () => {
    const { platform, advance, pending } = manualPlatform()
    const stop = detectSleep(() => {}, platform)
    advance(12_000)
    stop()
    expect(pending()).toEqual([])
  })
})
