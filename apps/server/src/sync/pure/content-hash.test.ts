import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash, isStale, MAPPING_VERSION } from './content-hash.js'

describe('contentHash', () => {
  it('is the same for the same text and differs for any other', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        expect(contentHash(a).equals(contentHash(b))).toBe(a === b)
      }),
    )
  })

  it('contains the version of the mapping', () => {
    const hash = contentHash('{}')
    expect(isStale(hash)).toBe(false)
    hash[0] = MAPPING_VERSION + 1
    expect(isStale(hash)).toBe(true)
  })
})
