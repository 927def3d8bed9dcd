import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listedPage } from './listed-page.js'
import {
  type ByIdAnswer,
  compareWithParts,
  divisible,
  exceedsGuard,
  isEvidence,
  isRefusal,
  newestUntil,
  partsOf,
} from './rules.js'

const pageOf = (ids: readonly number[]) =>
  listedPage({ rows: ids.map((id) => ({ raw: { id }, json: '' })), totalPages: null })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('a short page compared with its range in shorter pages', () => {
  it('is whole when the shorter pages are full', () => {
    expect(compareWithParts(pageOf([1, 2]), [pageOf(range(1, 5)), pageOf(range(6, 10))], 5)).toBe('whole')
  })

  it('has rows left out by rule when both readings are equal', () => {
    const page = pageOf([1, 2, 4, 5, 6, 8, 9, 10])
    expect(compareWithParts(page, [pageOf([1, 2, 4, 5]), pageOf([6, 8, 9, 10])], 5)).toBe('left_out')
  })

  it('is a contradiction when the readings differ, or are both empty', () => {
    expect(compareWithParts(pageOf([1, 2]), [pageOf([1, 2]), pageOf([6, 7])], 5)).toBe('contradiction')
    expect(compareWithParts(pageOf([]), [pageOf([]), pageOf([])], 5)).toBe('contradiction')
  })

  it('never takes a capped page for rows left out by rule, whatever the page and the cap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 2, max: 100 }).map((half) => half * 2),
        fc.nat(199),
        (page, size, shrunk) => {
          const limit = Math.max(1, shrunk % size)
          const serve = (nth: number, requested: number) => {
            const served = Math.min(requested, limit)
            return pageOf(range((nth - 1) * served + 1, nth * served))
          }
          const halves = [serve(2 * page - 1, size / 2), serve(2 * page, size / 2)]
          expect(compareWithParts(serve(page, size), halves, size / 2)).not.toBe('left_out')
        },
      ),
    )
  })

  it('is read in two to five parts whose length divides that of the page', () => {
    expect([partsOf(200), partsOf(25), partsOf(97), partsOf(3)]).toEqual([2, 5, null, null])
    for (const size of range(10, 200)) {
      const fitting = divisible(size)
      expect(fitting).toBeGreaterThan(size - 5)
      expect(partsOf(fitting)).toBeLessThanOrEqual(5)
    }
  })
})

describe('an answer by id is evidence of absence', () => {
  const isEvidenceWith = (shown: string[], more: Partial<ByIdAnswer> = {}) =>
    isEvidence({
      requested: ['1', '2', '3'],
      controls: ['8', '9'],
      shown,
      withoutId: 0,
      isRepeated: false,
      ...more,
    })

  it('when it contains a product known to exist', () => {
    expect(isEvidenceWith(['1', '9'])).toBe(true)
  })

  it('but not when it contains none of those, such as an empty answer', () => {
    expect([isEvidenceWith([]), isEvidenceWith(['1', '2'])]).toEqual([false, false])
  })

  it('nor with a row without a readable id, which may be the missing one', () => {
    expect(isEvidenceWith(['1', '9'], { withoutId: 1 })).toBe(false)
  })

  it('nor with a repeated row, which may replace the missing one', () => {
    expect(isEvidenceWith(['1', '9'], { isRepeated: true })).toBe(false)
  })

  it('nor with products that were not requested', () => {
    expect(isEvidenceWith(['1', '9', '77'])).toBe(false)
  })
})

describe('the guard', () => {
  const exceeds = (count: number, recent = 0) => exceedsGuard({ count, recent, of: 100, share: 0.15 })

  it('needs a decision above its share, and never for nothing', () => {
    expect([exceeds(15), exceeds(16), exceeds(0, 90)]).toEqual([false, true, false])
  })

  it('adds the retirements of the last day', () => {
    expect([exceeds(5, 10), exceeds(5, 11)]).toEqual([false, true])
  })
})

describe('the newest time of modification', () => {
  const now = new Date('2026-11-24T12:00:00Z')

  it('ignores times in the future', () => {
    const times = ['2099-01-01T00:00:00.000Z', null, '2026-11-24T11:59:00.000Z', '2026-11-23T00:00:00.000Z']
    expect(newestUntil(now, times)).toBe('2026-11-24T11:59:00.000Z')
  })

  it('is null when every time is in the future, or missing', () => {
    expect(newestUntil(now, ['2099-01-01T00:00:00.000Z', null])).toBeNull()
  })
})

it('a 4xx and an error with status 200 are refusals; a 5xx is not', () => {
  expect(isRefusal({ kind: 'server_error', status: 503 })).toBe(false)
  expect(isRefusal({ kind: 'server_error', status: 200 })).toBe(true)
  expect(isRefusal({ kind: 'bad_request', status: 404 })).toBe(true)
})
