import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RunFailure } from '../failure.js'
import { confirmAbsence, type FetchByIds } from './confirm-absence.js'
import { listedPage } from './listed-page.js'

const pageOf = (ids: readonly string[]) =>
  listedPage({ rows: ids.map((id) => ({ raw: { id: Number(id) }, json: '' })), totalPages: 1 })

/** How an answer is truncated or falsified. */
type Cut =
  | { keep: 'first' | 'last' | 'ends'; share: number }
  | { keep: 'all' }
  | { keep: 'replaced'; at: number }

function falsify(rows: readonly string[], cut: Cut): string[] {
  if (cut.keep === 'all') return [...rows]
  if (cut.keep === 'replaced') return rows.map((id, i) => (i === cut.at % rows.length ? (rows[0] ?? id) : id))
  const count = Math.floor(rows.length * cut.share)
  if (count === 0) return []
  if (cut.keep === 'first') return rows.slice(0, count)
  if (cut.keep === 'last') return rows.slice(-count)
  return count === 1 ? rows.slice(0, 1) : [...rows.slice(0, count - 1), ...rows.slice(-1)]
}

function sourceOf(there: ReadonlySet<string>, cutOf: (nth: number) => Cut) {
  let requested = 0
  const fetchByIds: FetchByIds = async (ids, order) => {
    const rows = ids.filter((id) => there.has(id)).sort((a, b) => Number(a) - Number(b))
    return pageOf(falsify(order === 'id-asc' ? rows : rows.reverse(), cutOf(++requested)))
  }
  return { fetchByIds, requested: () => requested }
}

const never = async () => undefined
const cut: fc.Arbitrary<Cut> = fc.oneof(
  fc.record({
    keep: fc.constantFrom('first', 'last', 'ends'),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ keep: fc.constant('replaced' as const), at: fc.nat(50) }),
  fc.constant({ keep: 'all' as const }),
)

/** Requested products, some of which exist, and known ones on both sides of them. */
const question = fc.record({
  requested: fc.uniqueArray(fc.integer({ min: 100, max: 199 }), { minLength: 1, maxLength: 40 }),
  isThere: fc.func(fc.boolean()),
  below: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 }),
  above: fc.uniqueArray(fc.integer({ min: 200, max: 299 }), { minLength: 1, maxLength: 12 }),
  /** The known ones on one side may be deleted in reality, or there may be none. */
  side: fc.constantFrom('both', 'none below', 'none above', 'gone below', 'gone above'),
})

async function confirm(
  drawn: typeof question extends fc.Arbitrary<infer T> ? T : never,
  cutOf: (nth: number) => Cut,
) {
  const ids = drawn.requested.map(String)
  const known = {
    below: drawn.side === 'none below' ? [] : drawn.below.map(String),
    above: drawn.side === 'none above' ? [] : drawn.above.map(String),
  }
  const live = ids.filter((id) => drawn.isThere(id))
  const there = new Set([
    ...live,
    ...(drawn.side === 'gone below' ? [] : known.below),
    ...(drawn.side === 'gone above' ? [] : known.above),
  ])
  const source = sourceOf(there, cutOf)
  try {
    const absent = await confirmAbsence(source.fetchByIds, ids, known, never, never)
    return { absent, live, dead: ids.filter((id) => !live.includes(id)), requested: source.requested() }
  } catch (error) {
    if (error instanceof RunFailure) return null
    throw error
  }
}

describe('products that are missing from answers by id', () => {
  it('are absent after two correct answers', async () => {
    await fc.assert(
      fc.asyncProperty(question, async (drawn) => {
        const outcome = await confirm(drawn, () => ({ keep: 'all' }))
        expect(outcome?.absent).toEqual(outcome?.dead)
        expect(outcome?.requested).toBeLessThanOrEqual(drawn.side === 'both' ? 3 : 8)
      }),
    )
  })

  it('are never absent while they exist, however all answers are truncated in the same way', async () => {
    await fc.assert(
      fc.asyncProperty(question, cut, async (drawn, always) => {
        const outcome = await confirm(drawn, () => always)
        if (outcome) expect(outcome.absent.filter((id) => outcome.live.includes(id))).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })

  it('are never absent while they exist when one answer is truncated or empty', async () => {
    await fc.assert(
      fc.asyncProperty(question, cut, fc.integer({ min: 1, max: 3 }), async (drawn, once, nth) => {
        const outcome = await confirm(drawn, (n) => (n === nth ? once : { keep: 'all' }))
        expect(outcome?.absent).toEqual(outcome?.dead)
      }),
      { numRuns: 2000 },
    )
  })
})
