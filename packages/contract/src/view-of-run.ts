import type { RunView } from './apply-run-event.js'
import type { Run } from './run.js'
import type { CompleteData, ErrorData, ProgressData } from './run-events.js'

/**
 * Converts a run of the HTTP API to the view that its stream would give, for viewers that poll the run
 * because they cannot use the stream. Pure and total.
 *
 * A run does not contain its cursor (`lastEventId` is null, so that a later stream begins with the current
 * state) or the size of its latest page (`productsInPage` is 0).
 */
export function viewOfRun(run: Run): RunView {
  return {
    runId: run.id,
    // The stream of a queued or a paused run has sent `start` and no ending.
    status: run.status === 'queued' || run.status === 'paused' ? 'running' : run.status,
    progress: progressOf(run),
    result: resultOf(run),
    lastEventId: null,
  }
}

/** Null until the first page is committed, as on the stream. */
function progressOf(run: Run): ProgressData | null {
  if (run.phase === null) return null
  return {
    page: run.page,
    totalPages: run.totalPages,
    productsInPage: 0,
    totalProcessed: run.totalProcessed,
    created: run.created,
    updated: run.updated,
    errors: run.errors,
    percent: run.percent,
    unchanged: run.unchanged,
    seen: run.seen,
    phase: run.phase,
    ratePerSecond: run.ratePerSecond,
    etaSeconds: run.etaSeconds,
    requests: run.requests,
    waiting: run.waiting,
  }
}

function resultOf(run: Run): CompleteData | ErrorData | null {
  switch (run.status) {
    case 'queued':
    case 'running':
    case 'paused':
      return null
    case 'complete':
      return completeOf(run)
    case 'error':
    case 'cancelled':
      return {
        success: false,
        message: run.error?.message ?? WITHOUT_REASON[run.status],
        timestamp: endOf(run),
        code: run.error?.code ?? (run.status === 'cancelled' ? 'cancelled' : 'internal'),
      }
  }
}

function completeOf(run: Run): CompleteData {
  const duration = Date.parse(endOf(run)) - Date.parse(run.startedAt ?? run.createdAt)
  return {
    success: true,
    totalProducts: run.totalProcessed,
    created: run.created,
    updated: run.updated,
    errors: run.errors,
    pages: run.page,
    duration: Math.max(0, duration),
    timestamp: endOf(run),
    unchanged: run.unchanged,
    retired: run.retired,
    requests: run.requests,
  }
}

function endOf(run: Run): string {
  return run.endedAt ?? run.startedAt ?? run.createdAt
}

const WITHOUT_REASON = {
  error: 'La sincronización terminó con un error.',
  cancelled: 'Sincronización cancelada',
} as const
