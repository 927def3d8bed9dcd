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

describe('a stretch of the list that came short', () => {
  it('is whole where shorter pages of it are full', () => {
    expect(compareWithParts(pageOf([1, 2]), [pageOf(range(1, 5)), pageOf(range(6, 10))], 5)).toBe('whole')
  })

  it('has rows left out by rule where both readings show the same', () => {
    const page = pageOf([1, 2, 4, 5, 6, 8, 9, 10])
    expect(compareWithParts(page, [pageOf([1, 2, 4, 5]), pageOf([6, 8, 9, 10])], 5)).toBe('left_out')
  })

  it('is a contradiction where the readings differ, or where both show nothing', () => {
    expect(compareWithParts(pageOf([1, 2]), [pageOf([1, 2]), pageOf([6, 7])], 5)).toBe('contradiction')
    expect(compareWithParts(pageOf([]), [pageOf([]), pageOf([])], 5)).toBe('contradiction')
  })

  it('never passes a limit that shrank for a rule, whatever the page and the limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 2, max: 100 }).map((half) => half * 2),
        fc.nat(199),
        (page, size, shrunk) => {
          const limit = Math.max(1, shrunk % size)
          const serve = (nth: number, asked: number) => {
            const served = Math.min(asked, limit)
            return pageOf(range((nth - 1) * served + 1, nth * served))
          }
          const halves = [serve(2 * page - 1, size / 2), serve(2 * page, size / 2)]
          expect(compareWithParts(serve(page, size), halves, size / 2)).not.toBe('left_out')
        },
      ),
    )
  })

  it('is read in parts that begin where its pages begin', () => {
    expect([partsOf(200), partsOf(25), partsOf(97), partsOf(3)]).toEqual([2, 5, null, null])
    for (const size of range(10, 200)) {
      const fitting = divisible(size)
      expect(fitting).toBeGreaterThan(size - 5)
      expect(partsOf(fitting)).toBeLessThanOrEqual(5)
    }
  })
})

describe('an answer by id says something of what it does not show', () => {
  const says = (shown: string[], more: Partial<ByIdAnswer> = {}) =>
    isEvidence({
      asked: ['1', '2', '3'],
      controls: ['8', '9'],
      shown,
      withoutId: 0,
      isRepeated: false,
      ...more,
    })

  it('when it shows a product that is known to be there', () => {
    expect(says(['1', '9'])).toBe(true)
  })

  it('but not when it shows none of those, as an empty answer does', () => {
    expect([says([]), says(['1', '2'])]).toEqual([false, false])
  })

  it('nor with a row whose id cannot be read, which may be the one that is missing', () => {
    expect(says(['1', '9'], { withoutId: 1 })).toBe(false)
  })

  it('nor with one that stands twice, which may stand in its place', () => {
    expect(says(['1', '9'], { isRepeated: true })).toBe(false)
  })

  it('nor with products that nobody asked for', () => {
    expect(says(['1', '9', '77'])).toBe(false)
  })
})

describe('the guard', () => {
  const exceeds = (count: number, recent = 0) => exceedsGuard({ count, recent, of: 100, share: 0.15 })

  it('asks above its share, and never for nothing', () => {
    expect([exceeds(15), exceeds(16), exceeds(0, 90)]).toEqual([false, true, false])
  })

  it('adds up what was retired within the last day', () => {
    expect([exceeds(5, 10), exceeds(5, 11)]).toEqual([false, true])
  })
})

describe('the newest time of modification', () => {
  const now = new Date('2026-11-24T12:00:00Z')

  it('passes over times that are in the future', () => {
    const times = ['2099-01-01T00:00:00.000Z', null, '2026-11-24T11:59:00.000Z', '2026-11-23T00:00:00.000Z']
    expect(newestUntil(now, times)).toBe('2026-11-24T11:59:00.000Z')
  })

  it('is none where every time is in the future, or missing', () => {
    expect(newestUntil(now, ['2099-01-01T00:00:00.000Z', null])).toBeNull()
  })
})

it('a 5xx is trouble and no refusal; a 4xx and an error inside a 200 are refusals', () => {
  expect(isRefusal({ kind: 'server_error', status: 503 })).toBe(false)
  expect(isRefusal({ kind: 'server_error', status: 200 })).toBe(true)
  expect(isRefusal({ kind: 'bad_request', status: 404 })).toBe(true)
})
