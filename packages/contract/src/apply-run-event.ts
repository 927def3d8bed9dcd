import { isFinal } from './run.js'
import type { CompleteData, ErrorData, ProgressData, StreamEvent } from './run-events.js'
import { parseCursor } from './run-events.js'

/** The state of a run as a viewer shows it. */
export interface RunView {
  runId: string | null
  /** `cancelled` is an `error` ending whose code is `cancelled`. The last three are final. */
  status: 'idle' | 'running' | 'complete' | 'error' | 'cancelled'
  progress: ProgressData | null
  result: CompleteData | ErrorData | null
  /** Cursor to resume from, `<run>.<seq>`. */
  lastEventId: string | null
}

export const EMPTY_RUN_VIEW: RunView = {
  runId: null,
  status: 'idle',
  progress: null,
  result: null,
  lastEventId: null,
}

/**
 * A reducer: applies one event of a stream to a view. Total and pure. An event that was applied before (a
 * replay after a reconnect) or that follows the ending changes nothing, so a stream with repeated events
 * gives the same view as one without.
 */
export function applyRunEvent(view: RunView, event: StreamEvent): RunView {
  if (event.event === 'ping' || event.event === 'drain' || event.event === 'changes') return view
  if (event.event === 'reset') return EMPTY_RUN_VIEW

  const cursor = parseCursor(event.id)
  if (!cursor) return view
  const known = view.lastEventId === null ? null : parseCursor(view.lastEventId)
  const sameRun = known?.runId === cursor.runId
  if (sameRun && known && (cursor.seq <= known.seq || isEnded(view))) return view

  const base: RunView = sameRun ? view : EMPTY_RUN_VIEW
  const seen: RunView = { ...base, runId: cursor.runId, lastEventId: event.id }
  switch (event.event) {
    case 'start':
      return { ...seen, status: 'running' }
    case 'progress':
      return { ...seen, status: 'running', progress: event.data }
    case 'complete':
      return { ...seen, status: 'complete', result: event.data }
    case 'error':
      return {
        ...seen,
        status: event.data.code === 'cancelled' ? 'cancelled' : 'error',
        result: event.data,
      }
  }
}

/** Whether the run of a view has ended. */
export function isEnded(view: Pick<RunView, 'status'>): boolean {
  return view.status !== 'idle' && isFinal(view.status)
}
