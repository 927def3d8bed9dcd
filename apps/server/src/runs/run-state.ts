import type { ProgressData } from '@espejo/contract'
import type { RunSummary } from './run-row.js'

/** The part of a run that moves while it is worked on. Written whole, with every event. */
export type RunState = Pick<
  RunSummary,
  | 'phase'
  | 'page'
  | 'totalPages'
  | 'created'
  | 'updated'
  | 'unchanged'
  | 'errors'
  | 'retired'
  | 'percent'
  | 'requests'
  | 'waiting'
  | 'ratePerSecond'
  | 'etaSeconds'
  | 'newestSeen'
>

/** The state as a `progress` frame. */
export function progressData(state: RunState, productsInPage: number): ProgressData {
  const totalProcessed = state.created + state.updated + state.unchanged
  return {
    page: state.page,
    totalPages: state.totalPages,
    productsInPage,
    totalProcessed,
    created: state.created,
    updated: state.updated,
    errors: state.errors,
    percent: state.percent,
    unchanged: state.unchanged,
    seen: totalProcessed + state.errors,
    phase: state.phase ?? 'references',
    ratePerSecond: state.ratePerSecond,
    etaSeconds: state.etaSeconds,
    requests: state.requests,
    waiting: state.waiting,
  }
}
