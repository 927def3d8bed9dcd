import { type CompleteData, type ErrorData, isEnded, type ProgressData, type RunView } from '@espejo/contract'
import type { ConnectionState, Phase } from './connection/connection-machine.js'
import { type ConnectionProblem, PROBLEM_MESSAGES } from './connection/problem.js'
import type { WatchTarget } from './watch-target.js'

export type ConnectionStatus = 'idle' | 'connecting' | 'open' | 'polling' | 'reconnecting' | 'closed'

/** The state that a screen shows. Immutable: a new object only when something has changed. */
export interface RunSnapshot {
  /** The watched run; null before the server has sent its id. */
  readonly runId: string | null
  readonly status: RunView['status']
  readonly progress: ProgressData | null
  /** The run's ending: `complete` or `error`. */
  readonly result: CompleteData | ErrorData | null
  /** True from start or watch until the run's ending, or until watching fails for good. */
  readonly isLoading: boolean
  /** A sentence for the operator (es-AR) when the run, the connection or a cancel failed. */
  readonly error: string | null
  readonly connection: ConnectionStatus
  /** Why the connection is not open (also while `polling`), or why it was closed. */
  readonly problem: ConnectionProblem | null
  /** A cancel was requested, and the run has not ended yet. */
  readonly isCancelling: boolean
  /** Why the last cancel request failed. */
  readonly cancelProblem: ConnectionProblem | null
}

export interface SnapshotParts {
  connection: ConnectionState
  view: RunView
  target: WatchTarget
  isCancelling: boolean
  cancelProblem: ConnectionProblem | null
}

/** Builds the snapshot. Pure. */
export function toSnapshot({
  connection,
  view,
  target,
  isCancelling,
  cancelProblem,
}: SnapshotParts): RunSnapshot {
  const isActive = connection.phase !== 'idle' && connection.phase !== 'closed'
  const isLoading = isActive && target.kind !== 'resume'
  return {
    runId: target.kind === 'run' ? target.runId : view.runId,
    status: view.status,
    progress: view.progress,
    result: view.result,
    isLoading,
    error: errorOf(connection, view, cancelProblem),
    connection: CONNECTION_OF_PHASE[connection.phase],
    problem: connection.problem,
    isCancelling: isCancelling && isLoading,
    cancelProblem,
  }
}

/** The snapshot before anything is watched. */
export const EMPTY_SNAPSHOT: RunSnapshot = {
  runId: null,
  status: 'idle',
  progress: null,
  result: null,
  isLoading: false,
  error: null,
  connection: 'idle',
  problem: null,
  isCancelling: false,
  cancelProblem: null,
}

const CONNECTION_OF_PHASE: Record<Phase, ConnectionStatus> = {
  idle: 'idle',
  connecting: 'connecting',
  open: 'open',
  polling: 'polling',
  waiting: 'reconnecting',
  held: 'reconnecting',
  retrying: 'reconnecting',
  closed: 'closed',
}

function errorOf(
  connection: ConnectionState,
  view: RunView,
  cancelProblem: ConnectionProblem | null,
): string | null {
  if (view.status === 'cancelled') return PROBLEM_MESSAGES.cancelled
  if (view.result && !view.result.success) return view.result.message
  if (isEnded(view)) return null
  if (connection.phase === 'closed' && connection.problem) return connection.problem.message
  // A reconnect needs no action of a person, so it is no error; `connection` and `problem` show it.
  return cancelProblem && `No se pudo cancelar, la sincronización sigue. ${cancelProblem.message}`
}
