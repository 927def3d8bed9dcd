import { isBalanced } from '@espejo/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressData, type RunState } from '../../runs/run-state.js'
import { afterPage } from './ledger.js'

const EMPTY: RunState = {
  phase: null,
  page: 0,
  totalPages: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  errors: 0,
  retired: 0,
  percent: 0,
  requests: 0,
  waiting: null,
  ratePerSecond: null,
  etaSeconds: null,
  newestSeen: null,
}

const counts = fc.record({
  created: fc.nat(200),
  updated: fc.nat(200),
  unchanged: fc.nat(200),
  errors: fc.nat(200),
  retired: fc.nat(200),
})

describe('the ledger', () => {
  it('balances in every frame and its percent never decreases, whatever totals the source sends', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ counts, totalPages: fc.nat(30) }), { maxLength: 20 }), (pages) => {
        let state = EMPTY
        for (const [i, { counts, totalPages }] of pages.entries()) {
          const next = afterPage(state, {
            phase: 'products',
            productsInPage: 0,
            counts,
            position: { page: i + 1, totalPages },
          })
          const frame = progressData(next, 0)
          expect(isBalanced(frame)).toBe(true)
          expect(frame.percent).toBeGreaterThanOrEqual(state.percent)
          expect(frame.page).toBeLessThanOrEqual(frame.totalPages)
          state = next
        }
      }),
    )
  })

  it('shows 100 for the last page and for no page before it', () => {
    const at = (page: number, totalPages: number) =>
      afterPage(EMPTY, {
        phase: 'products',
        productsInPage: 0,
        counts: { created: 0, updated: 0, unchanged: 0, errors: 0, retired: 0 },
        position: { page, totalPages },
      }).percent
    expect(at(999, 1000)).toBe(99)
    expect(at(1000, 1000)).toBe(100)
  })

  it('is at 100 % for an empty catalogue, which has one empty page', () => {
    const state = afterPage(EMPTY, {
      phase: 'products',
      productsInPage: 0,
      counts: { created: 0, updated: 0, unchanged: 0, errors: 0, retired: 0 },
      position: { page: 1, totalPages: 1 },
    })
    expect(progressData(state, 0)).toMatchObject({ percent: 100, totalProcessed: 0 })
  })
})
