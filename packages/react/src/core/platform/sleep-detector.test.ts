import { describe, expect, it, vi } from 'vitest'
import { manualEdges } from '../../../test/manual-platform.js'
import { detectSleep } from './sleep-detector.js'

describe('the sleep detector', () => {
  it('says nothing while timers come when they are due', () => {
    const { edges, advance } = manualEdges()
    const woke = vi.fn()
    detectSleep(woke, edges)
    advance(600_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('notices at its first tick that the timers have stood still', () => {
    const { edges, advance, sleep } = manualEdges()
    const woke = vi.fn()
    detectSleep(woke, edges)
    sleep(3_600_000)
    advance(5_000)
    expect(woke).toHaveBeenCalledTimes(1)
  })

  it('takes a page that was merely busy for what it is', () => {
    const { edges, advance, sleep } = manualEdges()
    const woke = vi.fn()
    detectSleep(woke, edges)
    sleep(10_000)
    advance(5_000)
    expect(woke).not.toHaveBeenCalled()
  })

  it('leaves no timer behind', () => {
    const { edges, advance, pending } = manualEdges()
    const stop = detectSleep(() => {}, edges)
    advance(12_000)
    stop()
    expect(pending()).toEqual([])
  })
})
