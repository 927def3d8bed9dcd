import { describe, expect, it } from 'vitest'
import { deriveEndpoints, runUrl, withParams } from './endpoints.js'

describe('the addresses', () => {
  it("are derived from the v0 contract's route", () => {
    expect(deriveEndpoints()).toEqual({
      start: '/api/cianbox/sync/products/stream',
      syncBase: '/api/cianbox/sync',
      tickets: '/api/stream-tickets',
    })
  })

  it.each([
    [
      'https://erp.test/api/cianbox/sync/products/stream',
      'https://erp.test/api/cianbox/sync',
      'https://erp.test/api/stream-tickets',
    ],
    ['/espejo/sync/products/stream', '/espejo/sync', '/espejo/stream-tickets'],
    ['/sync/products/stream/', '/sync', '/stream-tickets'],
    ['/v2/products/stream?mode=incremental', '/v2', '/v2/stream-tickets'],
  ])('come from %s', (url, syncBase, tickets) => {
    expect(deriveEndpoints({ url })).toEqual({ start: url, syncBase, tickets })
  })

  it('can be passed one by one', () => {
    const options = { url: '/a', syncBase: '/b/', ticketsUrl: '/c' }
    expect(deriveEndpoints(options)).toEqual({ start: '/a', syncBase: '/b', tickets: '/c' })
  })

  it('cannot be derived from another route: the error names the missing option', () => {
    expect(() => deriveEndpoints({ url: '/stream?token=secreto' })).toThrow(/"\/stream".*Pass syncBase/)
  })

  it('contain a run id as one path segment', () => {
    expect(runUrl(deriveEndpoints(), '../x', 'events')).toBe('/api/cianbox/sync/runs/..%2Fx/events')
    expect(runUrl(deriveEndpoints(), 'r7k2m9')).toBe('/api/cianbox/sync/runs/r7k2m9')
  })
})

describe('parameters', () => {
  it('are added to the existing ones', () => {
    expect(withParams('/a', { ticket: 'a&b', lastEventId: null })).toBe('/a?ticket=a%26b')
    expect(withParams('/a?x=1', { ticket: 't', lastEventId: 'r.1' })).toBe('/a?x=1&ticket=t&lastEventId=r.1')
    expect(withParams('/a', { lastEventId: null })).toBe('/a')
  })
})
