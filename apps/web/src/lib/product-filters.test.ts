import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countFilters,
  NO_FILTERS,
  PRODUCT_STATES,
  readFilters,
  toProductQuery,
  writeFilters,
} from './product-filters.js'

describe('filters in the address', () => {
  it('come back as they were written', () => {
    const id = fc.oneof(fc.constant(''), fc.nat().map(String))
    const filters = fc.record({
      search: fc.string(),
      brandId: id,
      categoryId: id,
      state: fc.constantFrom(...PRODUCT_STATES),
    })
    fc.assert(
      fc.property(filters, (given) => {
        const address = writeFilters(given).toString()
        expect(readFilters(new URLSearchParams(address))).toEqual(given)
      }),
    )
  })

  it('are absent from the address when nothing is filtered', () => {
    expect(writeFilters(NO_FILTERS).toString()).toBe('')
  })

  it('filter nothing when the address has unknown values', () => {
    expect(readFilters(new URLSearchParams('state=foo&brandId=x%27&other=1'))).toEqual(NO_FILTERS)
  })
})

describe('filters in a request', () => {
  it('have parameters for active filters only', () => {
    expect(toProductQuery({ ...NO_FILTERS, search: '  taza ' })).toEqual({ search: 'taza' })
    expect(toProductQuery({ ...NO_FILTERS, search: '   ' })).toEqual({})
  })

  it.each([
    ['all', {}],
    ['active', { active: 'true' }],
    ['inactive', { active: 'false' }],
    ['retired', { retired: 'true' }],
  ] as const)('ask for %s products', (state, query) => {
    expect(toProductQuery({ ...NO_FILTERS, state })).toEqual(query)
  })

  it('are counted', () => {
    expect(countFilters(NO_FILTERS)).toBe(0)
    expect(countFilters({ ...NO_FILTERS, brandId: '3', state: 'retired' })).toBe(2)
  })
})
