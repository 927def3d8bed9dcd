import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOverlappingPager, type Window } from './overlapping-pages.js'

type Move = { kind: 'delete' | 'touch'; pick: number } | { kind: 'add' }

/** A list with the newest row first, which can change between two requests. */
function movingList(size: number) {
  let rows = Array.from({ length: size }, (_, i) => i + 1)
  const throughout = new Set(rows)
  let nextId = size + 1
  return {
    throughout,
    read: ({ page, limit }: Window) => rows.slice((page - 1) * limit, page * limit).map(String),
    move(move: Move) {
      if (move.kind === 'add') {
        rows.unshift(nextId++)
        return
      }
      const id = rows[move.pick % Math.max(1, rows.length)]
      if (id === undefined) return
      throughout.delete(id)
      rows = rows.filter((one) => one !== id)
      if (move.kind === 'touch') rows.unshift(id)
    },
  }
}

const move = fc.oneof(
  fc.record({ kind: fc.constantFrom<'delete' | 'touch'>('delete', 'touch'), pick: fc.nat(300) }),
  fc.record({ kind: fc.constant('add' as const) }),
)

/** Reads until a window is short. */
function readThrough(list: ReturnType<typeof movingList>, pageSize: number, moves: readonly Move[][]) {
  const pager = createOverlappingPager(pageSize)
  const seen = new Set<number>()
  for (let request = 1; ; request++) {
    const window = pager.next()
    const ids = list.read(window)
    const outcome = pager.record(window, ids)
    for (const id of ids) seen.add(Number(id))
    if (outcome === 'lost') return { seen, requests: request, outcome }
    if (outcome === 'joined' && ids.length < window.limit) return { seen, requests: request, outcome }
    for (const move of moves[request - 1] ?? []) list.move(move)
  }
}

describe('overlapping pages', () => {
  it('miss no row that is there and unmodified throughout, whatever changes between two requests', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.integer({ min: 10, max: 60 }),
        fc.array(fc.array(move, { maxLength: 40 }), { maxLength: 20 }),
        (size, pageSize, moves) => {
          const list = movingList(size)
          const { seen, outcome } = readThrough(list, pageSize, moves)
          if (outcome !== 'lost') expect([...list.throughout].filter((id) => !seen.has(id))).toEqual([])
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('reach the end of an unchanging list of any length with few more requests than it has pages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 1, max: 20_000 }),
        (pageSize, rows) => {
          const list = movingList(rows)
          const { seen, requests } = readThrough(list, pageSize, [])
          expect(seen.size).toBe(rows)
          expect(requests).toBeLessThanOrEqual(1 + Math.ceil((rows + 1) / (pageSize * 0.7)))
        },
      ),
    )
  })

  it('read a list that leaves rows out of its pages by a rule of its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 2, max: 11 }),
        (pageSize, rows, every) => {
          const pager = createOverlappingPager(pageSize)
          const list = movingList(rows)
          const seen = new Set<string>()
          for (let withoutNewRows = 0; withoutNewRows < 2; ) {
            const window = pager.next()
            const shown = list.read(window).filter((id) => Number(id) % every !== 0)
            const hasNewRows = window.page === 1 || shown.some((id) => !seen.has(id))
            withoutNewRows = hasNewRows ? 0 : withoutNewRows + 1
            for (const id of shown) seen.add(id)
            if (pager.record(window, shown) === 'lost') break
          }
          expect(seen.size).toBe(rows - Math.floor(rows / every))
        },
      ),
    )
  })

  it('read 1,000 rows with 200 rows per page in six requests', () => {
    expect(readThrough(movingList(1000), 200, []).requests).toBe(6)
  })

  it('follow the page length of a source that caps its pages', () => {
    const pager = createOverlappingPager(200)
    const list = movingList(400)
    const seen = new Set<string>()
    for (;;) {
      const window = pager.next()
      const ids = list.read({ ...window, limit: Math.min(50, window.limit) })
      expect(pager.record(window, ids)).toBe('joined')
      for (const id of ids) seen.add(id)
      if (ids.length < Math.min(50, window.limit)) break
    }
    expect(seen.size).toBe(400)
  })

  it('return lost for a list that repeats itself', () => {
    const pager = createOverlappingPager(20)
    const ids = movingList(20).read({ page: 1, limit: 20 })
    let outcome = ''
    for (let i = 0; outcome !== 'lost' && i < 200; i++) outcome = pager.record(pager.next(), ids)
    expect(outcome).toBe('lost')
  })

  it('return lost for a list whose windows never join', () => {
    const pager = createOverlappingPager(20)
    let outcome = ''
    for (let i = 0; outcome !== 'lost' && i < 100; i++) {
      outcome = pager.record(
        pager.next(),
        Array.from({ length: 20 }, (_, k) => String(i * 20 + k)),
      )
    }
    expect(outcome).toBe('lost')
  })
})
