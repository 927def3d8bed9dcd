import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from './decode-frame.js'

describe('a frame', () => {
  it('of a run becomes an event with its cursor', () => {
    expect(decodeFrame({ event: 'progress', id: 'r7k2m9.14', data: '{"page":13}' })).toEqual({
      type: 'event',
      event: { event: 'progress', id: 'r7k2m9.14', data: { page: 13 } },
    })
  })

  it('of the connection has no id, although EventSource repeats the last one', () => {
    expect(decodeFrame({ event: 'ping', id: 'r7k2m9.14', data: '{"timestamp":"t"}' })).toEqual({
      type: 'event',
      event: { event: 'ping', data: { timestamp: 't' } },
    })
  })

  it.each(['message', 'changes', 'toString', '__proto__', ''])(
    'named "%s" is unknown, and no fault',
    (event) => {
      expect(decodeFrame({ event, id: null, data: 'x' })).toEqual({ type: 'unknown' })
    },
  )

  it.each([
    ['without an id', { event: 'error', id: null, data: '{"message":"x"}' }],
    ['with an id that is no cursor', { event: 'start', id: '14', data: '{}' }],
    ['cut in half', { event: 'progress', id: 'r.2', data: '{"page":1' }],
    ['that is a list', { event: 'progress', id: 'r.2', data: '[]' }],
    ['that is null', { event: 'complete', id: 'r.2', data: 'null' }],
    ['that is empty', { event: 'drain', id: null, data: '' }],
  ])('%s is malformed', (_what, frame) => {
    expect(decodeFrame(frame).type).toBe('malformed')
  })

  it('never throws', () => {
    const frames = fc.record({
      event: fc.constantFrom('start', 'progress', 'complete', 'error', 'ping', 'drain', 'reset', 'x'),
      id: fc.option(fc.oneof(fc.string(), fc.constant('r.1'))),
      data: fc.oneof(fc.string(), fc.json()),
    })
    fc.assert(
      fc.property(frames, (frame) => ['event', 'unknown', 'malformed'].includes(decodeFrame(frame).type)),
    )
  })
})
