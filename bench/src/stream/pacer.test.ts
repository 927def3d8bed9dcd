import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPacer } from './pacer.js'

test('gives every run its share and lets them take turns', () => {
  const due = createPacer(4, 2, 1000)
  expect(due(1000)).toEqual([])
  expect(due(1250)).toEqual([0, 1])
  expect(due(1500)).toEqual([2, 3])
  expect(due(2000)).toEqual([0, 1, 2, 3])
})

test('who is late is owed each run once', () => {
  const due = createPacer(3, 4, 0)
  expect([...due(60_000)].sort()).toEqual([0, 1, 2])
  expect(due(60_000)).toEqual([])
})

test('looked at often enough, it misses nothing, however uneven the looks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 1, max: 240 })), (runs, gaps) => {
      const due = createPacer(runs, 4, 0)
      let at = 0
      let events = 0
      for (const gap of gaps) {
        at += gap
        events += due(at).length
      }
      expect(events).toBe(Math.floor((at / 1000) * 4 * runs))
    }),
  )
})
