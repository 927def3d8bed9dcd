import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPermutation } from './permutation.js'

test('a permutation reaches every index exactly once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 600 }), fc.integer(), (size, key) => {
      const permutation = createPermutation(size, key)
      const images = Array.from({ length: size }, (_, index) => permutation.forward(index))
      expect(new Set(images).size).toBe(size)
      expect(images.every((image) => image >= 0 && image < size)).toBe(true)
    }),
    { numRuns: 40 },
  )
})

test('its inverse leads back, at any size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 30 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1))),
      fc.integer(),
      ([size, index], key) => {
        const permutation = createPermutation(size, key)
        expect(permutation.inverse(permutation.forward(index))).toBe(index)
      },
    ),
  )
})

test('another key gives another order', () => {
  const of = (key: number) => Array.from({ length: 50 }, (_, i) => createPermutation(50, key).forward(i))
  expect(of(1)).not.toEqual(of(2))
})

test('an index outside the range is refused', () => {
  expect(() => createPermutation(10, 1).forward(10)).toThrow(RangeError)
  expect(() => createPermutation(10, 1).inverse(-1)).toThrow(RangeError)
})
