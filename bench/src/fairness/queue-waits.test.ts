import { expect, test } from 'vitest'
import { percentile, queueWaits } from './queue-waits.js'

const run = (requestedAt: number, started: number | null, ended: number | null) => ({
  requestedAt,
  started,
  ended,
})

test('the fair start is the request while slots are free, then the next ending', () => {
  const times = [run(0, 0, 10), run(1, 1, 4), run(2, 4.5, 6), run(3, 6, 7)]
  expect(queueWaits(times, 2, 10).map(({ waited, fair }) => [waited, fair])).toEqual([
    [0, 0],
    [0, 0],
    [2.5, 2],
    [3, 3],
  ])
})

test('a run that was requested later and started earlier has overtaken', () => {
  const times = [run(0, 0, 9), run(1, 6, 7), run(2, 3, 5), run(3, 5, 6)]
  expect(queueWaits(times, 1, 9).map(({ overtakenBy }) => overtakenBy)).toEqual([0, 2, 0, 0])
})

test('a run that has not started waits until now, and is overtaken by all that have', () => {
  const times = [run(0, null, null), run(1, 2, 3)]
  expect(queueWaits(times, 1, 20)[0]).toEqual({ waited: 20, fair: 0, overtakenBy: 1 })
})

test('a wait is fair while no slot becomes free', () => {
  const times = [run(0, 0, null), run(1, null, null)]
  expect(queueWaits(times, 1, 20)[1]).toMatchObject({ waited: 19, fair: 19 })
})

test('a percentile is one of the values', () => {
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2)
  expect(percentile([4, 1, 3, 2], 0.99)).toBe(4)
})
