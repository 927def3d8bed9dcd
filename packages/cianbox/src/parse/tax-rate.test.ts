import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalDecimal } from './decimal.js'
import { taxPercentage } from './tax-rate.js'

test.each([
  ['1.21', '21'],
  ['1.105', '10.5'],
  ['1.27', '27'],
  ['1.025', '2.5'],
  ['1.05', '5'],
  ['1', '0'],
  ['0', '0'],
  ['21', '21'],
  ['10.5', '10.5'],
  ['2.5', '2.5'],
  ['1.123456789', '12.3456789'],
])('%s is %s %%', (rate, expected) => {
  expect(taxPercentage(rate)).toBe(expected)
})

test('a percentage and its multiplier are the same rate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999 }), (thousandths) => {
      const percentage = canonicalDecimal(thousandths / 1000)
      const multiplier = canonicalDecimal(`1.${String(thousandths).padStart(5, '0')}`) ?? ''
      expect(taxPercentage(multiplier)).toBe(percentage)
    }),
  )
})
