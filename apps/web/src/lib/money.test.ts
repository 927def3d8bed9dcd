import { describe, expect, it } from 'vitest'
import { bothAmounts, chargedPrice, isDiscounted, toCurrencies } from './money.js'

const rate = (cianboxId: string, name: string, symbol: string | null, isLocal = false) => ({
  cianboxId,
  name,
  symbol,
  isLocal,
  isActive: true,
  parentId: null,
})
const offer = { net: '2808', final: '3397.68', localNet: '2809.9174', localFinal: '3400' }

describe('toCurrencies', () => {
  it('signs an amount by the symbol, else the name, else the id', () => {
    const { localSymbol, symbolOf, isLocal } = toCurrencies([
      rate('1', 'Guaraní', '₲', true),
      rate('2', 'Dólar', 'u$s'),
      rate('3', 'Euro', null),
    ])
    expect([localSymbol, ...['1', '2', '3', '9', null].map(symbolOf)]).toEqual([
      '₲',
      '₲',
      'u$s',
      'Euro',
      '9',
      '',
    ])
    expect(['1', '2', null].map(isLocal)).toEqual([true, false, false])
  })

  it('uses pesos if no currency is marked as local', () => {
    expect(toCurrencies([]).localSymbol).toBe('$')
    expect(toCurrencies([]).isLocal(null)).toBe(false)
  })
})

describe('what a point of sale charges', () => {
  it('is the offer where there is one, else the price', () => {
    expect(chargedPrice({ price: '3900', offer })).toBe('3400')
    expect(chargedPrice({ price: '3900', offer: null })).toBe('3900')
    expect(chargedPrice({ price: '3900', offer: { ...offer, localFinal: null } })).toBe('3900')
  })

  it('is a discount unless it equals the list price', () => {
    expect(isDiscounted({ price: '3900', offer })).toBe(true)
    expect(isDiscounted({ price: '3400', offer })).toBe(false)
    expect(isDiscounted({ price: null, offer })).toBe(false)
  })
})

it('bothAmounts leaves out a local amount that equals the list’s', () => {
  const amounts = { net: '100', final: '121', localNet: '100', localFinal: '125' }
  expect(bothAmounts(amounts, 'net', true)).toEqual({ own: '100', local: null })
  expect(bothAmounts(amounts, 'final', true)).toEqual({ own: '121', local: '125' })
  expect(bothAmounts(amounts, 'net', false)).toEqual({ own: '100', local: '100' })
})
