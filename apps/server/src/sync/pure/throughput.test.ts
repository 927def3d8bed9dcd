import { describe, expect, it } from 'vitest'
import { createThroughput } from './throughput.js'

describe('the throughput of a run', () => {
  it('is null before the second page', () => {
    const throughput = createThroughput()
    expect(throughput.rate()).toBeNull()
    throughput.page(1000, 200)
    expect(throughput.rate()).toBeNull()
    expect(throughput.eta(10)).toBeNull()
  })

  it('is rows per second over the recent pages, with an estimate in whole seconds', () => {
    const throughput = createThroughput()
    for (let i = 0; i <= 5; i++) throughput.page(i * 500, 200)
    expect(throughput.rate()).toBe(400)
    expect(throughput.eta(10)).toBe(5)
  })

  it('counts only recent pages', () => {
    const throughput = createThroughput()
    for (let i = 0; i < 50; i++) throughput.page(i, 200)
    for (let i = 1; i <= 20; i++) throughput.page(50 + i * 1000, 200)
    expect(throughput.rate()).toBe(200)
  })

  it('estimates 0 seconds after the last page', () => {
    expect(createThroughput().eta(0)).toBe(0)
  })
})
