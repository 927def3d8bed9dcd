import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredProduct } from '../../catalog/product-store.js'
import { countPage, differs } from './diff.js'

const NONE: ReadonlySet<string> = new Set()
const hashOf = (content: number) => Buffer.from([content])

const pageAndMirror = fc.record({
  page: fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 30 }), content: fc.integer({ min: 0, max: 2 }) }),
    { selector: ({ id }) => id },
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
type Input = typeof pageAndMirror extends fc.Arbitrary<infer T> ? T : never

function arrange(input: Input) {
  const page = input.page.map(({ id, content }) => ({ id: String(id), hash: hashOf(content) }))
  const mirror = new Map<string, StoredProduct>(
    input.mirror.map(({ id, content, ...rest }) => [
      String(id),
      { id: String(id), hash: hashOf(content), ...rest },
    ]),
  )
  const changed = new Set(page.filter((row) => differs(row, mirror.get(row.id))).map(({ id }) => id))
  return { page, ids: page.map(({ id }) => id), mirror, changed, seen: new Set(input.seen.map(String)) }
}

describe('a page against the mirror', () => {
  it('differs if and only if the mirror does not have the row, or has it retired or with another hash', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { page, mirror, changed } = arrange(input)
        for (const { id, hash } of page) {
          const known = mirror.get(id)
          const isTrue = known !== undefined && !known.retired && known.hash.equals(hash)
          expect(changed.has(id)).toBe(!isTrue)
        }
      }),
    )
  })

  it('counts each product that is on no earlier page exactly once', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { ids, mirror, changed, seen } = arrange(input)
        const { created, updated, unchanged } = countPage(ids, changed, mirror, seen, NONE)
        expect(created + updated + unchanged).toBe(ids.filter((id) => !seen.has(id)).length)
      }),
    )
  })

  it('is entirely unchanged when it is read again', () => {
    fc.assert(
      fc.property(pageAndMirror, (input) => {
        const { page, ids } = arrange(input)
        const mirror = new Map(
          page.map(({ id, hash }) => [id, { id, hash, retired: false, writtenByThisRun: false }]),
        )
        expect(page.filter((row) => differs(row, mirror.get(row.id)))).toEqual([])
        expect(countPage(ids, new Set(), mirror, NONE, NONE)).toEqual({
          errors: 0,
          created: 0,
          updated: 0,
          unchanged: page.length,
        })
      }),
    )
  })

  it('turns an earlier unchanged into updated when a product seen before has changed meanwhile', () => {
    const mirror = new Map([['7', { id: '7', hash: hashOf(1), retired: false, writtenByThisRun: false }]])
    expect(countPage(['7'], new Set(['7']), mirror, new Set(['7']), NONE)).toEqual({
      errors: 0,
      created: 0,
      updated: 1,
      unchanged: -1,
    })
  })
  it('turns an earlier error into the present outcome when a rejected product can be parsed', () => {
    const seven = new Set(['7'])
    const old = { id: '7', hash: hashOf(1), retired: false, writtenByThisRun: false }
    const count = (mirror: [string, StoredProduct][], changed: ReadonlySet<string>) =>
      countPage(['7'], changed, new Map(mirror), seven, seven)
    expect(count([], seven)).toEqual({ created: 1, updated: 0, unchanged: 0, errors: -1 })
    expect(count([['7', old]], seven)).toEqual({ created: 0, updated: 1, unchanged: 0, errors: -1 })
    expect(count([['7', old]], NONE)).toEqual({ created: 0, updated: 0, unchanged: 1, errors: -1 })
  })
})
