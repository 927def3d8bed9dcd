import type { RunView } from './apply-run-event.js'
import type { Run } from './run.js'
import type { CompleteData, ErrorData, ProgressData } from './run-events.js'

/**
 * A run as the HTTP API shows it, as the view that its stream would have led to. For viewers that
 * cannot have the stream and ask for the run instead. Pure and total.
 *
 * Two things a run does not tell: its place in the log (`lastEventId` is null, so that a stream is
 * taken up from the run's present state) and the size of its latest page (`productsInPage` is 0).
 */
export function viewOfRun(run: Run): RunView {
  return {
    runId: run.id,
    // A queued and a paused run have had their `start` and not yet their ending.
    status: run.status === 'queued' || run.status === 'paused' ? 'running' : run.status,
    progress: progressOf(run),
    result: resultOf(run),
    lastEventId: null,
  }
}

/** Null until a first page was committed, as on the stream. */
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
