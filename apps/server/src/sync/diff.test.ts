import type { SourceProduct } from '@espejo/cianbox'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffPage, type HashedProduct, resolveDuplicates, type StoredProduct } from './diff.js'

const hashOf = (content: number) => Buffer.from([content])
// The diff reads no more of a product than its id.
const product = (id: string) => ({ id }) as SourceProduct

const pageAndMirror = fc.record({
  page: fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 30 }), content: fc.integer({ min: 0, max: 2 }) }),
    {
      selector: ({ id }) => id,
    },
  ),
  mirror: fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 30 }),
      content: fc.integer({ min: 0, max: 2 }),
      retired: fc.boolean(),
      writtenByThisRun: fc.boolean(),
    }),
    { selector: ({ id }) => id },
  ),
  seen: fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
})

function arrange(input: typeof pageAndMirror extends fc.Arbitrary<infer T> ? T : never) {
  const page: HashedProduct[] = input.page.map(({ id, content }) => ({
    product: product(String(id)),
    hash: hashOf(content),
  }))
  const mirror = new Map<string, StoredProduct>(
    input.mirror.map(({ id, content, ...rest }) => [
      String(id),
      { id: String(id), hash: hashOf(content), ...rest },
    ]),
  )
  return { page, mirror, seen: new Set(input.seen.map(String)) }
}

describe('diffPage', () => {
  it('counts each product that no earlier page showed exactly once', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { page, mirror, seen } = arrange(input)
        const { created, updated, unchanged } = diffPage(page, mirror, seen)
        const fresh = page.filter(({ product }) => !seen.has(product.id)).length
        expect(created + updated + unchanged).toBe(fresh)
      }),
    )
  })

  it('writes a row if and only if the mirror would otherwise hold something else', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { page, mirror, seen } = arrange(input)
        const written = new Set(diffPage(page, mirror, seen).write.map(({ product }) => product.id))
        for (const { product, hash } of page) {
          const known = mirror.get(product.id)
          const isTrue = known !== undefined && !known.retired && known.hash.equals(hash)
          expect(written.has(product.id)).toBe(!isTrue)
        }
      }),
    )
  })

  it('writes nothing and counts everything unchanged when the same page comes again', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { page } = arrange(input)
        const mirror = new Map(
          page.map(({ product, hash }) => [
            product.id,
            { id: product.id, hash, retired: false, writtenByThisRun: false },
          ]),
        )
        expect(diffPage(page, mirror, new Set())).toEqual({
          write: [],
          created: 0,
          updated: 0,
          unchanged: page.length,
        })
      }),
    )
  })

  it('turns an earlier unchanged into updated when a product seen before has changed meanwhile', () => {
    const mirror = new Map([['7', { id: '7', hash: hashOf(1), retired: false, writtenByThisRun: false }]])
    const again = diffPage([{ product: product('7'), hash: hashOf(2) }], mirror, new Set(['7']))
    expect(again).toMatchObject({ created: 0, updated: 1, unchanged: -1 })
  })
})

describe('resolveDuplicates', () => {
  it('keeps the last row of each id', () => {
    const rows = [{ ...product('1'), name: 'a' }, product('2'), { ...product('1'), name: 'b' }]
    expect(resolveDuplicates(rows).map(({ id, name }) => [id, name])).toEqual([
      ['1', 'b'],
      ['2', undefined],
    ])
  })
})
