import type { ProgressData } from '@espejo/contract'
import type { RunSummary } from './run-row.js'

/** The columns of a run that change while a worker holds it. All are written with every event. */
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

/** The data of a `progress` event. @param productsInPage rows of the page that was just committed */
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
