import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listed, nthNotIn, reversed, slice } from './sequence.js'

test('the n-th integer outside a set is the n-th of those that remain', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (numbers) => {
      const excluded = numbers.sort((a, b) => a - b)
      const remaining = Array.from({ length: 100 }, (_, i) => i).filter((i) => !excluded.includes(i))
      for (let n = 0; n < 30; n++) expect(nthNotIn(excluded, n)).toBe(remaining[n])
    }),
  )
})

test('a slice stops at the end of the sequence', () => {
  expect(slice(listed([5, 6, 7]), 1, 10)).toEqual([6, 7])
  expect(slice(listed([5, 6, 7]), 3, 10)).toEqual([])
  expect(slice(reversed(listed([5, 6, 7])), 0, 2)).toEqual([7, 6])
})
