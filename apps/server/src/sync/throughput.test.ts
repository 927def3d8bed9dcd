import { describe, expect, it } from 'vitest'
import { createThroughput } from './throughput.js'

describe('the pace of a run', () => {
  it('is unknown before there is a span to measure', () => {
    const pace = createThroughput()
    expect(pace.rate()).toBeNull()
    pace.page(1000, 200)
    expect(pace.rate()).toBeNull()
    expect(pace.eta(10)).toBeNull()
  })

  it('is rows per second, and an estimate in whole seconds, over the recent pages', () => {
    const pace = createThroughput()
    for (let i = 0; i <= 5; i++) pace.page(i * 500, 200)
    expect(pace.rate()).toBe(400)
    expect(pace.eta(10)).toBe(5)
  })

  it('forgets how fast the run once was', () => {
    const pace = createThroughput()
    for (let i = 0; i < 50; i++) pace.page(i, 200)
    for (let i = 1; i <= 20; i++) pace.page(50 + i * 1000, 200)
    expect(pace.rate()).toBe(200)
  })

  it('has nothing left to wait for after the last page', () => {
    expect(createThroughput().eta(0)).toBe(0)
  })
})
