import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addPercentage, canonicalDecimal, isTooLarge } from './decimal.js'

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), fc.stringMatching(/^\d{0,12}$/))
  .map(([integer, fraction]) => (fraction === '' ? String(integer) : `${integer}.${fraction}`))

describe('canonicalDecimal', () => {
  test.each<[unknown, string]>([
    [8.456, '8.456'],
    [1e-7, '0.0000001'],
    [1.5e-10, '0.00000000015'],
    [12.3, '12.3'],
    [-0, '0'],
    [1e20, '100000000000000000000'],
    [-1.25e21, '-1250000000000000000000'],
    ['1234.50', '1234.5'],
    ['0012.300', '12.3'],
    ['-0.00', '0'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+7', '7'],
    [' 10 ', '10'],
    ['1E-3', '0.001'],
    ['12.5e2', '1250'],
    ['12.3456789012', '12.3456789012'],
    ['-12.3967', '-12.3967'],
  ])('%j is %s', (value, expected) => {
    expect(canonicalDecimal(value)).toBe(expected)
  })

  test.each<[unknown]>([
    ['NaN'],
    ['Infinity'],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['12,5'],
    ['1.234,50'],
    ['1,234.50'],
    ['$ 12'],
    ['0x10'],
    ['1e9999'],
    ['.'],
    ['-'],
    ['   '],
    ['9'.repeat(65)],
    [true],
    [null],
    [[1]],
    [{}],
  ])('%j is no decimal', (value) => {
    expect(canonicalDecimal(value)).toBeUndefined()
  })

  test('a number keeps its value, and has no exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = canonicalDecimal(value) ?? ''
        expect(text).toMatch(/^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?))$/)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
    )
  })

  test('a string and what it becomes have one form', () => {
    fc.assert(
      fc.property(decimals, fc.nat(5), (text, zeros) => {
        const canonical = canonicalDecimal(text)
        expect(canonicalDecimal(canonical)).toBe(canonical)
        if (text.includes('.')) expect(canonicalDecimal(text + '0'.repeat(zeros))).toBe(canonical)
      }),
    )
  })
})

test.each([
  ['999999999999999.999', false],
  ['-999999999999999', false],
  ['1000000000000000', true],
  ['-1000000000000000.5', true],
  [`0.${'0'.repeat(300)}1`, false],
])('%s is too large: %s', (decimal, expected) => {
  expect(isTooLarge(decimal)).toBe(expected)
})

describe('addPercentage', () => {
  test.each([
    ['12.3967', '21', '15'],
    ['100', '10.5', '110.5'],
    ['0.01', '50', '0.02'],
    ['-0.01', '50', '-0.02'],
    ['7', '0', '7'],
    ['0', '21', '0'],
  ])('%s plus %s %% is %s', (amount, percentage, expected) => {
    expect(addPercentage(amount, percentage, 2)).toBe(expected)
  })

  test('nothing added is rounding alone', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        const amount = canonicalDecimal(text) ?? ''
        expect(addPercentage(amount, '0', 12)).toBe(amount)
      }),
    )
  })
})
