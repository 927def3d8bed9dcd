import { describe, expect, it } from 'vitest'
import { byImportance, readField } from './field-changes.js'

describe('readField', () => {
  it.each([
    ['price', { of: 'product', name: 'price', format: 'local' }],
    ['onOffer', { of: 'product', name: 'onOffer', format: 'plain' }],
    ['offer.localFinal', { of: 'offer', name: 'localFinal', format: 'local' }],
    ['offer.net', { of: 'offer', name: 'net', format: 'money' }],
    ['offer.toString', { of: 'other', name: 'offer.toString', format: 'plain' }],
    ['prices.0.localFinal', { of: 'price', name: 'localFinal', id: '0', format: 'local' }],
    ['taxRate', { of: 'product', name: 'taxRate', format: 'rate' }],
    ['prices.0.final', { of: 'price', name: 'final', id: '0', format: 'money' }],
    ['prices.12.net', { of: 'price', name: 'net', id: '12', format: 'money' }],
    ['stockByBranch.3', { of: 'stock', id: '3', format: 'amount' }],
    ['raw.garantia', { of: 'other', name: 'garantia', format: 'plain' }],
    ['prices.x.net', { of: 'other', name: 'prices.x.net', format: 'plain' }],
    ['toString', { of: 'other', name: 'toString', format: 'plain' }],
  ])('takes %s apart', (field, parts) => {
    expect(readField(field)).toEqual(parts)
  })
})

it('byImportance sorts local prices first, then stock, then lists’ own prices, and is stable', () => {
  const fields = [
    'name',
    'stockByBranch.1',
    'prices.2.net',
    'stock',
    'prices.2.localNet',
    'onOffer',
    'price',
    'sku',
  ]
  const sorted = byImportance(fields.map((field) => ({ field, old: null, new: null })))
  expect(sorted.map(({ field }) => field)).toEqual([
    'prices.2.localNet',
    'onOffer',
    'price',
    'stockByBranch.1',
    'stock',
    'prices.2.net',
    'name',
    'sku',
  ])
})
