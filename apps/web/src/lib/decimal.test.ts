import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, formatMoney, isNegative } from './decimal.js'

describe('formatMoney', () => {
  it.each([
    ['1234.5', '1.234,50', '1,234.50'],
    ['0', '0,00', '0.00'],
    ['12.3967', '12,3967', '12.3967'],
    ['1000000', '1.000.000,00', '1,000,000.00'],
    ['999.9000', '999,90', '999.90'],
    ['-45.1', '−45,10', '−45.10'],
    ['-0.00', '0,00', '0.00'],
    ['007.10', '7,10', '7.10'],
    ['5.', '5,00', '5.00'],
  ])('writes %s as %s in es-AR and %s in English', (value, spanish, english) => {
    expect(formatMoney(value, 'es-AR')).toBe(spanish)
    expect(formatMoney(value, 'en')).toBe(english)
  })

  it('writes the symbol of the currency before the digits and after the sign', () => {
    expect(formatMoney('1234.5', 'es-AR', 'u$s')).toBe('u$s\u00a01.234,50')
    expect(formatMoney('-45.1', 'es-AR', '$')).toBe('−$\u00a045,10')
    expect(formatMoney('1.50', 'en', '$')).toBe('$\u00a01.50')
    expect(formatMoney(null, 'es-AR', '$')).toBe('—')
    expect(formatMoney('1e30', 'es-AR', '$')).toBe('1e30')
  })

  it('keeps every digit of a number that exceeds a float’s precision', () => {
    expect(formatMoney('9007199254740993.123456789', 'es-AR')).toBe('9.007.199.254.740.993,123456789')
  })

  it('writes a missing value as a dash', () => {
    expect(formatMoney(null, 'es-AR')).toBe('—')
  })

  it('returns text that is not a decimal unchanged', () => {
    expect(formatMoney('1e30', 'es-AR')).toBe('1e30')
    expect(formatMoney('NaN', 'en')).toBe('NaN')
    expect(formatMoney('', 'en')).toBe('')
  })
})

describe('formatDecimal', () => {
  it('shows whole stock without a fraction and fractional stock with it', () => {
    expect(formatDecimal('1500.000', 'es-AR')).toBe('1.500')
    expect(formatDecimal('0.250', 'es-AR')).toBe('0,25')
  })

  it('can be read back to the same number, whatever the digits', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fc.boolean(), digits, digits, (negative, whole, fraction) => {
        const value = `${negative ? '-' : ''}${whole.join('')}.${fraction.join('')}`
        const readBack = formatDecimal(value, 'es-AR').replaceAll('.', '').replace(',', '.').replace('−', '-')
        expect(canonical(readBack)).toBe(canonical(value))
      }),
    )
  })
})

describe('isNegative', () => {
  it('is true below zero only', () => {
    expect(isNegative('-3')).toBe(true)
    expect(isNegative('-0.5')).toBe(true)
    expect(isNegative('-0.00')).toBe(false)
    expect(isNegative('3')).toBe(false)
    expect(isNegative(null)).toBe(false)
  })
})

/** Sign, whole part and fraction without redundant zeros. */
function canonical(value: string): string {
  const negative = value.startsWith('-')
  const [whole = '', fraction = ''] = value.replace('-', '').split('.')
  const bare = `${whole.replace(/^0+/, '')}.${fraction.replace(/0+$/, '')}`
  return negative && bare !== '.' ? `-${bare}` : bare
}
