import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProductId } from './product-id.js'
import { runBody } from './schemas.js'

describe('an id of a product', () => {
  it.each(['1', '10564', '007', '9007199254740991'])('can be %s', (id) => {
    expect(isProductId(id)).toBe(true)
  })

  it.each(['', '0', '000', '-1', '1.5', '1e3', ' 1', '9007199254740992', '9007199254740993', '1'.repeat(18)])(
    'cannot be «%s»',
    (id) => {
      expect(isProductId(id)).toBe(false)
      const read = runBody.safeParse({ mode: 'ids', ids: ['1', id] })
      expect(read.error?.issues).toMatchObject([
        { path: ['ids', 1], message: 'Tiene que ser un número entero de 1 a 9007199254740991.' },
      ])
    },
  )

  it('is any positive whole number that JSON represents exactly, and no other text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (id) => {
        expect(isProductId(String(id))).toBe(id >= 1n && id <= BigInt(Number.MAX_SAFE_INTEGER))
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isProductId(text)) expect(text).toMatch(/^\d+$/)
      }),
    )
  })
})
