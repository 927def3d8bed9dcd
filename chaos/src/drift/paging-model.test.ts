import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idsBetweenPages, type Move, walk } from './paging-model.js'

const TOP = 120
const catalogues = fc.uniqueArray(fc.integer({ min: 1, max: TOP }), { maxLength: TOP })
const pageSizes = fc.integer({ min: 1, max: 12 })
const deletions = fc.record({ kind: fc.constant('delete' as const), id: fc.integer({ min: 1, max: TOP }) })
/** New products get ids above all others. */
const additions = fc.record({
  kind: fc.constant('insert' as const),
  id: fc.integer({ min: TOP + 1, max: 2 * TOP }),
})
/** Products that are inserted again with their old id. */
const returns = fc.record({ kind: fc.constant('insert' as const), id: fc.integer({ min: 1, max: TOP }) })
const between = (move: fc.Arbitrary<Move>) => fc.array(fc.array(move, { maxLength: 4 }), { maxLength: TOP })

describe('a walk up, by ascending pages', () => {
  it('loses a product when one on a page already read is deleted', () => {
    const result = walk([1, 2, 3, 4], { pageSize: 2, direction: 'up', moves: [[{ kind: 'delete', id: 1 }]] })
    expect(result).toMatchObject({ pages: [[1, 2], [4]], lost: [3] })
  })

  it('loses nothing while products are only added, at the end or in the middle', () => {
    fc.assert(
      fc.property(catalogues, pageSizes, between(fc.oneof(additions, returns)), (ids, pageSize, moves) => {
        expect(walk(ids, { pageSize, direction: 'up', moves }).lost).toEqual([])
      }),
    )
  })
})

describe('a walk down, from the last page to the first', () => {
  it('loses nothing while products are deleted anywhere and added at the end', () => {
    fc.assert(
      fc.property(catalogues, pageSizes, between(fc.oneof(deletions, additions)), (ids, pageSize, moves) => {
        expect(walk(ids, { pageSize, direction: 'down', moves }).lost).toEqual([])
      }),
    )
  })

  it('loses a product when one with a lower id is inserted again on a page not yet read', () => {
    const moves: Move[][] = [[{ kind: 'insert', id: 1 }]]
    const result = walk([2, 3, 4, 5], { pageSize: 2, direction: 'down', moves })
    expect(result).toMatchObject({
      pages: [
        [4, 5],
        [1, 2],
      ],
      lost: [3],
      inserted: [1],
    })
  })
})

describe('requesting by id what may lie between two pages', () => {
  it('finds all that a walk down has lost, for any changes', () => {
    fc.assert(
      fc.property(
        catalogues,
        pageSizes,
        between(fc.oneof(deletions, additions, returns)),
        (ids, pageSize, moves) => {
          const { pages, lost } = walk(ids, { pageSize, direction: 'down', moves })
          const asked = new Set(idsBetweenPages(pages))
          expect(lost.filter((id) => !asked.has(id))).toEqual([])
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('needs no request where ids are dense', () => {
    const ids = Array.from({ length: 100 }, (_, i) => i + 1)
    expect(idsBetweenPages(walk(ids, { pageSize: 7, direction: 'down', moves: [] }).pages)).toEqual([])
  })
})
