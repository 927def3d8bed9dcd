import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, contentHash } from './content-hash.js'

function shuffled(value: unknown, reverse: boolean): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => shuffled(item, reverse))
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner, reverse)] as const)
  return Object.fromEntries(reverse ? entries.reverse() : entries)
}

describe('contentHash', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(contentHash(shuffled(value, true))).toEqual(contentHash(value))
      }),
    )
  })

  it('keeps every value: the canonical text parses back to what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('tells apart rows that differ in one price, and a number from its text', () => {
    expect(contentHash({ precio: 1.5 })).not.toEqual(contentHash({ precio: 1.51 }))
    expect(contentHash({ precio: 1.5 })).not.toEqual(contentHash({ precio: '1.5' }))
  })
})
