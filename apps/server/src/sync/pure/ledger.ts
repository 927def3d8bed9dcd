import type { CompleteData, RunPhase } from '@espejo/contract'
import type { RunRow } from '../../runs/run-row.js'
import type { RunState } from '../../runs/run-state.js'

/** The counts that one committed page adds to the ledger. */
export interface PageCounts {
  created: number
  updated: number
  unchanged: number
  errors: number
  retired: number
}

export const NO_COUNTS: PageCounts = { created: 0, updated: 0, unchanged: 0, errors: 0, retired: 0 }

/** The ledger of a claimed run, from its row. */
export function stateOf(row: RunRow): RunState {
  const { phase, page, totalPages, created, updated, unchanged, errors, retired, percent, requests } = row
  return {
    phase,
    page,
    totalPages,
    created,
    updated,
    unchanged,
    errors,
    retired,
    percent,
    requests,
    waiting: null,
    ratePerSecond: row.ratePerSecond,
    etaSeconds: null,
    newestSeen: row.newestSeen,
  }
}

/** The outcome of one page. */
export interface PageResult {
  phase: RunPhase
  productsInPage: number
  counts: PageCounts
  /** Newest `updated` among its rows, ISO 8601 UTC. */
  newest?: string | null
  /** Products phase only: pages done, of all. */
  position?: { page: number; totalPages: number }
}

/** The ledger after one more page. `percent` never decreases, even when the source's total grows. */
export function afterPage(state: RunState, { phase, counts, position, newest }: PageResult): RunState {
  const { page, totalPages } = position ?? state
  return {
    ...state,
    phase,
    page,
    totalPages: Math.max(totalPages, page),
    created: state.created + counts.created,
    updated: state.updated + counts.updated,
    unchanged: state.unchanged + counts.unchanged,
    errors: state.errors + counts.errors,
    retired: state.retired + counts.retired,
    percent: position ? Math.max(state.percent, percentOf(page, totalPages)) : state.percent,
    waiting: null,
    newestSeen: later(state.newestSeen, newest ?? null),
  }
}

/** The data of a `complete` event. @param startedAt the run's first claim */
export function completeData(state: RunState, startedAt: Date, at: Date): CompleteData {
  return {
    success: true,
    totalProducts: state.created + state.updated + state.unchanged,
    created: state.created,
    updated: state.updated,
    errors: state.errors,
    pages: state.page,
    duration: Math.max(0, at.getTime() - startedAt.getTime()),
    timestamp: at.toISOString(),
    unchanged: state.unchanged,
    retired: state.retired,
    requests: state.requests,
  }
}

/** 100 only for the last page: 199.6 of 200 is 99. */
function percentOf(page: number, totalPages: number): number {
  if (totalPages <= 0 || page >= totalPages) return 100
  return Math.min(99, Math.floor((page / totalPages) * 100))
}

/** The later of two ISO 8601 UTC times, which sort as text. */
function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}
