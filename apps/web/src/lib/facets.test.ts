import { describe, expect, it } from 'vitest'
import { collectFacets } from './facets.js'

const product = (brandId: string | null, brandName: string | null, categoryId: string | null = null) => ({
  brandId,
  brandName,
  categoryId,
  categoryName: null,
})

describe('collectFacets', () => {
  it('gives each brand once, in the order of the language', () => {
    const { brands } = collectFacets(
      [product('1', 'Zeta'), product('2', 'Ñandú'), product('1', 'Zeta'), product('3', 'avena')],
      'es-AR',
    )
    expect(brands.map((brand) => brand.name)).toEqual(['avena', 'Ñandú', 'Zeta'])
  })

  it('uses the id as the name if there is none, and leaves out products without either', () => {
    const { brands, categories } = collectFacets([product(null, null, '7')], 'es-AR')
    expect(brands).toEqual([])
    expect(categories).toEqual([{ id: '7', name: '7' }])
  })
})
