import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listedPage } from './listed-page.js'
import {
  type ByIdAnswer,
  divisible,
  exceedsGuard,
  isInOrder,
  isRefusal,
  judgeStretch,
  newestUntil,
  partsOf,
  standingOf,
} from './rules.js'

const pageOf = (ids: readonly number[]) =>
  listedPage({ rows: ids.map((id) => ({ raw: { id }, json: '' })), totalPages: null })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('a stretch of the list that came short', () => {
  it('is whole where shorter pages of it are full', () => {
    expect(judgeStretch(pageOf([1, 2]), [pageOf(range(1, 5)), pageOf(range(6, 10))], 5)).toBe('whole')
  })

  it('has rows left out by rule where both readings show the same', () => {
    const page = pageOf([1, 2, 4, 5, 6, 8, 9, 10])
    expect(judgeStretch(page, [pageOf([1, 2, 4, 5]), pageOf([6, 8, 9, 10])], 5)).toBe('left_out')
  })

  it('is a contradiction where the readings differ, or where both show nothing', () => {
    expect(judgeStretch(pageOf([1, 2]), [pageOf([1, 2]), pageOf([6, 7])], 5)).toBe('contradiction')
    expect(judgeStretch(pageOf([]), [pageOf([]), pageOf([])], 5)).toBe('contradiction')
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
          expect(judgeStretch(serve(page, size), halves, size / 2)).not.toBe('left_out')
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

describe('an answer by id', () => {
  const answer = (shown: string[], more: Partial<ByIdAnswer> = {}): ByIdAnswer => ({
    asked: ['11', '15', '19'],
    controls: ['10', '14', '16', '20'],
    shown,
    unnamed: 0,
    isRepeated: false,
    ...more,
  })

  it('is in order unless a row has no id, stands twice, or was not asked for', () => {
    expect(isInOrder(answer(['10', '11', '14']))).toBe(true)
    expect(isInOrder(answer(['10'], { unnamed: 1 }))).toBe(false)
    expect(isInOrder(answer(['10'], { isRepeated: true }))).toBe(false)
    expect(isInOrder(answer(['10', '77']))).toBe(false)
  })

  it('speaks of what it hides between products that it shows', () => {
    const shown = answer(['10', '14', '16', '20'])
    expect(['11', '15', '19'].map((id) => standingOf(id, shown))).toEqual(['absent', 'absent', 'absent'])
  })

  it('says nothing where it is empty', () => {
    expect(['11', '15', '19'].map((id) => standingOf(id, answer([])))).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ])
  })

  it('says nothing of an end that nothing known lies behind: that one is asked for alone', () => {
    const ends = answer(['14'], { controls: ['14'] })
    expect(['11', '19'].map((id) => standingOf(id, ends))).toEqual(['alone', 'alone'])
  })

  it('never speaks of what lies behind the place where it was cut short', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 }),
        fc.nat(80),
        fc.boolean(),
        (asked, known, kept, fromEnd) => {
          const controls = known.filter((id) => !asked.includes(id)).map(String)
          // Everything is there: whatever the answer does not show, the cut hides.
          const rows = [...asked, ...controls.map(Number)].sort((a, b) => a - b).map(String)
          const shown = fromEnd ? rows.slice(-kept || rows.length) : rows.slice(0, kept)
          const hidden = asked.map(String).filter((id) => !shown.includes(id))
          const cut = answer(shown, { asked: asked.map(String), controls })
          for (const id of hidden) expect(standingOf(id, cut)).not.toBe('absent')
        },
      ),
    )
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
