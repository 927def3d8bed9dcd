import { CianboxError } from '@espejo/cianbox'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PassStart, WalkCounts } from '../../runs/pass-store.js'
import { RunFailure } from '../failure.js'
import { type FetchPage, highestOf, type ListQuery, lengthOf, listedPage } from './listed-page.js'
import type { OpenOptions } from './open-pass.js'
import { proveWhole } from './prove-whole.js'
import { type CatalogRecord, readCatalog } from './read-catalog.js'

/** How a source behaves for good. */
interface Nature {
  products: number
  size: number
  takesOrder: boolean
  totals: 'right' | 'missing' | 'behind' | 'ahead'
  pastEnd: 'empty' | 'error' | 'last'
  /** Rows whose id is a multiple fill a place and are left out; 0: none. */
  hiddenEvery: number
  /** Most rows that it gives a page. */
  cap: number
  /** Rows that an earlier pass knew; null: there was none. */
  known: number | null
}

/** What one answer, or every answer to one question, has wrong. */
type Lie =
  | { kind: 'empty'; total: 'kept' | 'one' | 'zero' | 'shrunk' }
  | { kind: 'first' | 'last' | 'middle'; keep: number; total: 'kept' | 'shrunk' }
  | { kind: 'refused' }
  | { kind: 'other-page' }
  | { kind: 'shifted'; by: number }
  | { kind: 'row-twice' }
  | { kind: 'order-ignored' }

interface ToldLie {
  lie: Lie
  /** The n-th request alone, or, from there on, every one like it. */
  nth: number
  isPersistent: boolean
  /** Like it is every request for that page, whatever its length and order. */
  isOfPage?: boolean
}

/** What happens at the source right before its n-th answer. */
interface Move {
  nth: number
  /** How many products are added behind the last one. */
  added: number
  /** Of the products that are there, where in the list some are deleted, 0 to 1. */
  deletedAt: readonly number[]
}

function createSource(nature: Nature, lies: readonly ToldLie[], moves: readonly Move[] = []) {
  const all = Array.from({ length: nature.products }, (_, i) => i + 1)
  let newest = nature.products
  let newestAtProof = 0

  function move({ added, deletedAt }: Move): void {
    for (const place of deletedAt) {
      all.splice(Math.floor(place * all.length), 1)
    }
    for (let i = 0; i < added; i++) all.push(++newest)
  }
  const isShown = (id: number) => nature.hiddenEvery === 0 || id % nature.hiddenEvery !== 0
  const persistent: { query: ListQuery; lie: Lie; isOfPage: boolean }[] = []
  let requests = 0

  function listFor(order: ListQuery['order']): number[] {
    return nature.takesOrder && order.endsWith('desc') ? all.toReversed() : all
  }

  function honest({ page, limit, order }: ListQuery): { ids: number[]; total: number | null } {
    const size = Math.min(limit, nature.cap)
    const pages = Math.max(1, Math.ceil(all.length / size))
    if (page > pages && nature.pastEnd === 'error') throw new CianboxError('bad_request', 'no such page')
    const at = page > pages && nature.pastEnd === 'last' ? pages : page
    const ids = listFor(order)
      .slice((at - 1) * size, at * size)
      .filter(isShown)
    const totals = { right: pages, missing: null, behind: Math.max(1, pages - 2), ahead: pages + 3 }
    return { ids, total: totals[nature.totals] }
  }

  function told(query: ListQuery, lie: Lie): { ids: number[]; total: number | null } {
    if (lie.kind === 'refused') throw new CianboxError('server_error', 'no', { status: 200 })
    const { ids, total } = honest(query)
    const shrunk = Math.max(1, Math.min(query.page, (total ?? 2) - 1))
    switch (lie.kind) {
      case 'empty':
        return { ids: [], total: { kept: total, one: 1, zero: 0, shrunk }[lie.total] }
      case 'other-page':
        return honest({ ...query, page: Math.max(1, query.page - 1) })
      case 'order-ignored':
        return honest({ ...query, order: 'id-asc' })
      case 'shifted': {
        const from = Math.max(0, (query.page - 1) * query.limit + lie.by)
        return {
          ids: listFor(query.order)
            .slice(from, from + query.limit)
            .filter(isShown),
          total,
        }
      }
      case 'row-twice':
        return { ids: ids.map((id, i) => (i === 1 ? (ids[0] ?? id) : id)), total }
      default: {
        const kept = {
          first: ids.slice(0, lie.keep),
          last: ids.slice(-lie.keep),
          middle: [...ids.slice(0, lie.keep), ...ids.slice(lie.keep + 3)],
        }
        return { ids: kept[lie.kind], total: lie.total === 'kept' ? total : shrunk }
      }
    }
  }

  const fetchPage: FetchPage = async (query) => {
    requests++
    for (const one of moves) if (one.nth === requests) move(one)
    if (newestAtProof === 0 && query.order === 'id-desc') newestAtProof = newest
    const lie = lies.find(({ nth }) => nth === requests)
    if (lie?.isPersistent) persistent.push({ query, lie: lie.lie, isOfPage: lie.isOfPage ?? false })
    const kept = persistent.find(
      ({ isOfPage, query: { page, limit, order } }) =>
        page === query.page && (isOfPage || (limit === query.limit && order === query.order)),
    )
    const spoken = lie?.lie ?? kept?.lie
    const { ids, total } = spoken ? told(query, spoken) : honest(query)
    const rows = ids.map((id) => ({ raw: { id }, json: `{"id":${id}}` }))
    return listedPage({ rows, totalPages: total })
  }
  /**
   * What was there from the beginning, and is there now. Where no row is left out by rule, what was added
   * before the proof of the end began too: deletions elsewhere cannot stand in for it there.
   */
  const kept = () => {
    const newestKept = nature.hiddenEvery === 0 ? newestAtProof : nature.products
    return all.filter((id) => id <= newestKept && isShown(id))
  }
  return { fetchPage, truth: all.filter(isShown), kept, requests: () => requests }
}

/** A record in memory, which keeps what a run's tables keep. */
function createRecord() {
  const pages = new Map<number, { ids: readonly string[]; withoutId: number; leftOut: number }>()
  const atEnd = new Set<string>()
  let leftOutAtEnd = 0
  let start: PassStart | null = null
  let done: number | null = null
  const record: CatalogRecord<null> = {
    done: () => done,
    readStart: async () => start,
    async saveStart(found) {
      start = found
    },
    count: async (lastPage) => count(lastPage),
    prepare: () => null,
    async commitPage({ page, ids, withoutId, leftOut, position }) {
      pages.set(page, { ids, withoutId, leftOut })
      done = position.page
    },
    async commitEnd({ ids, leftOut = 0 }) {
      leftOutAtEnd += Math.max(0, leftOut)
      for (const id of ids) atEnd.add(id)
    },
  }
  function count(lastPage: number): WalkCounts {
    const all = [...pages.values()]
    const walked = new Set(all.flatMap(({ ids }) => ids))
    const last = pages.get(lastPage)
    return {
      walked: walked.size,
      all: new Set([...walked, ...atEnd]).size,
      withoutId: 0,
      leftOut: all.reduce((sum, { leftOut }) => sum + Math.max(0, leftOut), leftOutAtEnd),
      highest: highestOf([...walked]),
      lastLength: last ? last.ids.length : 0,
      surplus: Math.max(0, ...all.map(({ leftOut }) => -leftOut)),
    }
  }
  const seen = () => new Set([...[...pages.values()].flatMap(({ ids }) => ids), ...atEnd].map(Number))
  return { record, seen }
}

/** @returns what was seen and how many requests it took; the error's code where the pass was not believed */
async function readThrough(nature: Nature, lies: readonly ToldLie[], moves: readonly Move[] = []) {
  const source = createSource(nature, lies, moves)
  const { record, seen } = createRecord()
  try {
    const earlier = nature.known === null ? null : { rows: nature.known, since: '2026-01-01T00:00:00.000Z' }
    const options: OpenOptions = {
      limit: nature.size,
      front: 'modified-date-desc',
      newestOf: async () => null,
      earlier,
    }
    const start = await readCatalog(source.fetchPage, record, options)
    await proveWhole(source.fetchPage, start, { count: record.count, commitAgain: record.commitEnd })
    return { outcome: 'whole', seen: seen(), ...source, requests: source.requests() }
  } catch (error) {
    if (!(error instanceof RunFailure) && !(error instanceof CianboxError)) throw error
    const outcome = error instanceof RunFailure ? error.code : error.kind
    return { outcome, seen: seen(), ...source, requests: source.requests() }
  }
}

const HONEST: Nature = {
  products: 100,
  size: 10,
  takesOrder: true,
  totals: 'right',
  pastEnd: 'empty',
  hiddenEvery: 0,
  cap: 200,
  known: null,
}

const catalogue = {
  // Exact multiples of the page, one page and nothing at all are drawn more often than by chance.
  products: fc.oneof(
    fc.nat(130),
    fc.integer({ min: 0, max: 12 }).map((n) => n * 10),
  ),
  size: fc.constantFrom(10, 12, 15, 20, 25, 30),
}

const anyNature: fc.Arbitrary<Nature> = fc.record({
  ...catalogue,
  takesOrder: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  totals: fc.constantFrom('right', 'right', 'missing', 'behind', 'ahead'),
  pastEnd: fc.constantFrom('empty', 'error', 'last'),
  hiddenEvery: fc.constantFrom(0, 0, 0, 2, 3, 7),
  cap: fc.constantFrom(200, 200, 200, 20),
  known: fc.oneof(fc.constant(null), fc.nat(130)),
})

/** The same draws each time, so that a run tells of a change and not of chance; another seed explores. */
const SAME_DRAWS = { numRuns: 5000, seed: 20_261_124 }

/** Whether an answer is of the right length and of the wrong place. */
function showsOtherRows({ kind }: Lie): boolean {
  return kind === 'shifted' || kind === 'other-page'
}

const total = fc.constantFrom<'kept' | 'shrunk'>('kept', 'shrunk')
const anyLie: fc.Arbitrary<Lie> = fc.oneof(
  fc.record({ kind: fc.constant('empty' as const), total: fc.constantFrom('kept', 'one', 'zero', 'shrunk') }),
  fc.record({
    kind: fc.constantFrom('first', 'last', 'middle'),
    keep: fc.integer({ min: 1, max: 9 }),
    total,
  }),
  fc.constant({ kind: 'refused' as const }),
  fc.constant({ kind: 'other-page' as const }),
  fc.record({ kind: fc.constant('shifted' as const), by: fc.constantFrom(-4, -1, 1, 4) }),
  fc.constant({ kind: 'row-twice' as const }),
  fc.constant({ kind: 'order-ignored' as const }),
)

const toldLie = (isPersistent: fc.Arbitrary<boolean>): fc.Arbitrary<ToldLie> =>
  fc.record({ lie: anyLie, nth: fc.integer({ min: 1, max: 24 }), isPersistent })

const somePlace = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const someMoves = fc.array(
  fc.record({
    nth: fc.integer({ min: 1, max: 24 }),
    added: fc.nat(4),
    deletedAt: fc.array(somePlace, { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
)

/** Where rows are left out or pages are cut, and totals are wrong as well, a short last page cannot be told from the end. */
function isWithinReach({ hiddenEvery, cap, totals }: Nature): boolean {
  return (hiddenEvery === 0 && cap === 200) || totals === 'right' || totals === 'missing'
}

/** Differences are told short: a failing property prints them. */
function missing(truth: readonly number[], seen: ReadonlySet<number>): number[] {
  return truth.filter((id) => !seen.has(id))
}

describe('a pass over a catalogue', () => {
  it('of an honest source sees all of it with two requests more than it has pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(catalogue), async ({ products, size }) => {
        const pass = await readThrough({ ...HONEST, products, size }, [])
        expect(pass.outcome).toBe('whole')
        expect(missing(pass.truth, pass.seen)).toEqual([])
        const pages = Math.max(1, Math.ceil(products / size))
        expect(pass.requests).toBeLessThanOrEqual(pages + (products === 0 ? 6 : 2))
      }),
      { numRuns: 300 },
    )
  })

  it('asks for its pages and one thing more where an earlier pass knew how many rows there are', async () => {
    const pass = await readThrough({ ...HONEST, products: 95, known: 93 }, [])
    expect(pass).toMatchObject({ outcome: 'whole', requests: 11 })
  })

  it('sees all of it whatever the source’s totals, order, end and rules are', async () => {
    await fc.assert(
      fc.asyncProperty(anyNature, async (nature) => {
        // More pages promised and refused: without an order nothing can speak for either.
        fc.pre(nature.takesOrder || nature.totals !== 'ahead' || nature.pastEnd !== 'error')
        // Cut pages that happen to be as many as an earlier pass would expect are found out too late.
        fc.pre(nature.cap === 200 || nature.known === null)
        fc.pre(isWithinReach(nature))
        // No total and no order: then a short page is the end.
        fc.pre(
          (nature.hiddenEvery === 0 && nature.cap === 200) || nature.totals === 'right' || nature.takesOrder,
        )
        const pass = await readThrough(nature, [])
        expect({ outcome: pass.outcome, missing: missing(pass.truth, pass.seen) }).toEqual({
          outcome: 'whole',
          missing: [],
        })
      }),
      { numRuns: 1000 },
    )
  })

  it('heals from any one false answer of a source that takes an order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(catalogue),
        fc.boolean(),
        toldLie(fc.constant(false)),
        async (drawn, again, lie) => {
          const pass = await readThrough({ ...HONEST, ...drawn, known: again ? drawn.products : null }, [lie])
          // A refusal is no answer at all: the client has asked again by then, and the run says what it was.
          const isRefused = lie.lie.kind === 'refused' && pass.outcome === 'server_error'
          if (isRefused) return
          expect({ outcome: pass.outcome, missing: missing(pass.truth, pass.seen) }).toEqual({
            outcome: 'whole',
            missing: [],
          })
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('never passes for whole when a row was not seen: two false answers, or one for good, of a source that takes an order', async () => {
    const lies = fc.oneof(
      fc.array(toldLie(fc.constant(false)), { minLength: 1, maxLength: 2 }),
      fc.array(toldLie(fc.constant(true)), { minLength: 1, maxLength: 1 }),
    )
    await fc.assert(
      fc.asyncProperty(anyNature, lies, async (nature, told) => {
        // A short page, a total that says it is the only one, and a false answer that fits both: nothing is left to ask.
        fc.pre(isWithinReach(nature))
        // One page of other rows and a count that is wrong by as many agree with each other.
        fc.pre(told.filter(({ lie }) => showsOtherRows(lie)).length < 2)
        const pass = await readThrough({ ...nature, takesOrder: true }, told)
        if (pass.outcome === 'whole') expect(missing(pass.truth, pass.seen)).toEqual([])
      }),
      SAME_DRAWS,
    )
  })

  it('never passes for whole when a row was not seen: a page that is false for good in every length and order', async () => {
    const lie = toldLie(fc.constant(true)).map((told) => ({ ...told, isOfPage: true }))
    await fc.assert(
      fc.asyncProperty(anyNature, lie, async (nature, told) => {
        // The only page there is: nothing else speaks against it.
        fc.pre(isWithinReach(nature) && nature.products > nature.size)
        // A row in the place of another that is left out by rule: the count agrees.
        fc.pre(nature.hiddenEvery === 0 || !showsOtherRows(told.lie))
        const pass = await readThrough({ ...nature, takesOrder: true }, [told])
        if (pass.outcome === 'whole') expect(missing(pass.truth, pass.seen)).toEqual([])
      }),
      SAME_DRAWS,
    )
  })

  // What such a source always says of its end, nobody can tell from the truth: only one answer is false here.
  it('never passes for whole when a row was not seen: one false answer of a source that takes none', async () => {
    await fc.assert(
      fc.asyncProperty(anyNature, toldLie(fc.constant(false)), async (nature, lie) => {
        const pass = await readThrough({ ...nature, takesOrder: false }, [lie])
        if (pass.outcome === 'whole') expect(missing(pass.truth, pass.seen)).toEqual([])
      }),
      SAME_DRAWS,
    )
  })

  // What is added is behind the last product, as new ids are; ADR 4 says what remains of an old id that returns.
  it('never passes for whole when a row was not seen that kept still while others came and went', async () => {
    await fc.assert(
      fc.asyncProperty(anyNature, someMoves, async (nature, moves) => {
        // As above, and as there: what keeps a truthful reading from the end keeps this one from it.
        fc.pre(nature.cap === 200 || nature.known === null)
        fc.pre(isWithinReach(nature))
        const pass = await readThrough({ ...nature, takesOrder: true }, [], moves)
        if (pass.outcome === 'whole') expect(missing(pass.kept(), pass.seen)).toEqual([])
      }),
      SAME_DRAWS,
    )
  })

  it('is whole whichever product is deleted, or whenever some are added, while it reads', async () => {
    const oneMove: fc.Arbitrary<Move> = fc.record({
      nth: fc.integer({ min: 1, max: 20 }),
      added: fc.nat(3),
      deletedAt: fc.array(somePlace, { maxLength: 1 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.record(catalogue), fc.boolean(), oneMove, async (drawn, again, move) => {
        fc.pre(drawn.products > 1)
        const nature = { ...HONEST, ...drawn, known: again ? drawn.products : null }
        const pass = await readThrough(nature, [], [move])
        expect({ outcome: pass.outcome, missing: missing(pass.kept(), pass.seen) }).toEqual({
          outcome: 'whole',
          missing: [],
        })
      }),
      { numRuns: 3000 },
    )
  })

  it('takes the last page shown again for the end, also where one of its answers was another', async () => {
    const told = [
      { lie: { kind: 'row-twice' as const }, nth: 4, isPersistent: false },
      { lie: { kind: 'shifted' as const, by: -4 }, nth: 23, isPersistent: false },
    ]
    const nature = {
      ...HONEST,
      products: 91,
      size: 25,
      cap: 20,
      totals: 'ahead' as const,
      pastEnd: 'last' as const,
    }
    const pass = await readThrough(nature, told)
    expect({ outcome: pass.outcome, missing: missing(pass.truth, pass.seen) }).toEqual({
      outcome: 'whole',
      missing: [],
    })
  })

  it('goes on where it was interrupted, and reads no page twice', async () => {
    const source = createSource(HONEST, [])
    const { record, seen } = createRecord()
    const options: OpenOptions = {
      limit: 10,
      front: 'modified-date-desc',
      newestOf: async () => null,
      earlier: null,
    }
    let pages = 0
    const cut: CatalogRecord<null> = {
      ...record,
      async commitPage(page) {
        if (++pages === 4) throw new Error('killed')
        await record.commitPage(page)
      },
    }
    await expect(readCatalog(source.fetchPage, cut, options)).rejects.toThrow('killed')
    const start = await readCatalog(source.fetchPage, record, options)
    await proveWhole(source.fetchPage, start, { count: record.count, commitAgain: record.commitEnd })
    expect(missing(source.truth, seen())).toEqual([])
  })

  it('asks once more for a page that came short, and then knows that it did', async () => {
    const lie: ToldLie = { nth: 4, isPersistent: false, lie: { kind: 'first', keep: 4, total: 'kept' } }
    const pass = await readThrough(HONEST, [lie])
    expect(pass.outcome).toBe('whole')
    expect(pass.requests).toBe(13)
    expect(lengthOf(await pass.fetchPage({ page: 10, limit: 10, order: 'id-asc' }))).toBe(10)
  })
})
