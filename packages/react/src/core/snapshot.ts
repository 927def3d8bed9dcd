import { type CompleteData, type ErrorData, isEnded, type ProgressData, type RunView } from '@espejo/contract'
import type { ConnectionState, Phase } from './connection/connection-machine.js'
import { type ConnectionProblem, PROBLEM_MESSAGES } from './connection/problem.js'
import type { Target } from './watch-target.js'

export type ConnectionStatus = 'idle' | 'connecting' | 'open' | 'polling' | 'reconnecting' | 'closed'

/** All that a screen needs to know. Immutable: a new object only when something changed. */
export interface RunSnapshot {
  /** The run being watched, null before the server has named it. */
  readonly runId: string | null
  readonly status: RunView['status']
  readonly progress: ProgressData | null
  /** The run's ending, good or bad. */
  readonly result: CompleteData | ErrorData | null
  /** From start or watch until the ending, or until watching became impossible. */
  readonly isLoading: boolean
  /** A sentence for the operator (es-AR) when something ended badly or a cancel failed. */
  readonly error: string | null
  readonly connection: ConnectionStatus
  /** Why the connection is not open (`polling` too), or why it was given up. */
  readonly problem: ConnectionProblem | null
  /** A cancel was asked for, and the run has not ended yet. */
  readonly isCancelling: boolean
  /** Why the last cancel did not get through. */
  readonly cancelProblem: ConnectionProblem | null
}

export interface SnapshotParts {
  connection: ConnectionState
  view: RunView
  target: Target
  isCancelling: boolean
  cancelProblem: ConnectionProblem | null
}

/** The parts put together. Pure. */
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

/** Nothing watched yet. */
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
  // While reconnecting there is nothing for a person to do: `connection` and `problem` say it.
  return cancelProblem && `No se pudo cancelar, la sincronización sigue. ${cancelProblem.message}`
}
