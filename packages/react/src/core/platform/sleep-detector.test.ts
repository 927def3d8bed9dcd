import { describe, expect, it, vi } from 'vitest'
import { manualPlatform } from '../../../test/manual-platform.js'
import { detectSleep } from './sleep-detector.js'

describe('the sleep detector', () => {
  it('does not call back while timers run on time', () => {
    const { platform, advance } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    advance(600_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('calls back at the first tick after timers were suspended', () => {
    const { platform, advance, sleep } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    sleep(3_600_000)
    advance(5_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('does not call back after a page was busy', () => {
    const { platform, advance, sleep } = manualPlatform()
    const woke = vi.fn()
    detectSleep(woke, platform)
    sleep(10_000)
    advance(5_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('has no timer after it was stopped', () => {
    const { platform, advance, pending } = manualPlatform()
    const stop = detectSleep(() => {}, platform)
    advance(12_000)
    stop()
    expect(pending()).toEqual([])
  })
})
