import type { ConnectionProblem } from './problem.js'

/**
 * The connection's state. A wake-up (network back, tab visible) ends `waiting`, but not `held`, because
 * the server requested that delay. `retrying` is an attempt after a failure. `polling` is an attempt
 * that polls the run because its stream does not get through.
 */
export type Phase = 'idle' | 'connecting' | 'open' | 'polling' | 'waiting' | 'held' | 'retrying' | 'closed'

export interface ConnectionState {
  readonly phase: Phase
  /** Consecutive failures since the last new event. */
  readonly attempt: number
  readonly problem: ConnectionProblem | null
}

export type ConnectionInput =
  /** A person or the application wants to watch. */
  | { type: 'connect' }
  /** The server has responded with a stream. */
  | { type: 'opened' }
  /** The stream does not get through, and the run is polled instead. */
  | { type: 'degraded'; problem: ConnectionProblem }
  /** A new event or a ping has arrived. */
  | { type: 'alive' }
  /** The attempt or the stream failed, and a retry may succeed. */
  | { type: 'dropped'; problem: ConnectionProblem; floorMs: number }
  /** The server shuts down and has sent the delay after which to reconnect. */
  | { type: 'drained'; problem: ConnectionProblem; retryMs: number }
  /** It failed, and a retry cannot succeed. */
  | { type: 'refused'; problem: ConnectionProblem }
  /** The run has ended, or the server has no more events of it. */
  | { type: 'ended' }
  /** No run is active, so there is nothing to watch. */
  | { type: 'nothing' }
  /** The delay is over. */
  | { type: 'due' }
  /** The browser is online again, the tab is visible again, or the machine has resumed from sleep. */
  | { type: 'woke' }
  /** Watching was stopped. */
  | { type: 'close' }

/** What the driver has to do. Each command first ends the current attempt or delay. */
export type ConnectionCommand =
  | { type: 'open' }
  | { type: 'back-off'; attempt: number; floorMs: number }
  | { type: 'wait'; ms: number }
  | { type: 'stop' }

export interface Step {
  readonly state: ConnectionState
  readonly command: ConnectionCommand | null
}

export const INITIAL_CONNECTION: ConnectionState = { phase: 'idle', attempt: 0, problem: null }

/** The next state and command. Pure and total: each phase handles each input. */
export function stepConnection(state: ConnectionState, input: ConnectionInput): Step {
  // TypeScript cannot relate the handler to its input when the key is a union; the table's type does.
  const handler = TABLE[state.phase][input.type] as (state: ConnectionState, input: ConnectionInput) => Step
  return handler(state, input)
}

type Handler<T extends ConnectionInput['type']> = (
  state: ConnectionState,
  input: Extract<ConnectionInput, { type: T }>,
) => Step
type Row = { [T in ConnectionInput['type']]: Handler<T> }

const stay = (state: ConnectionState): Step => ({ state, command: null })

const connect = (): Step => ({
  state: { phase: 'connecting', attempt: 0, problem: null },
  command: { type: 'open' },
})

const open = (state: ConnectionState): Step => ({
  state: { phase: 'open', attempt: state.attempt, problem: null },
  command: null,
})

const degrade: Handler<'degraded'> = (state, { problem }) => ({
  state: { phase: 'polling', attempt: state.attempt, problem },
  command: null,
})

/**
 * Only a new event resets the count, not an open stream: else a server that accepts and then drops each
 * connection would be retried without backoff.
 */
const resetAttempts = (state: ConnectionState): Step =>
  stay(state.attempt === 0 ? state : { ...state, attempt: 0 })

const backOff: Handler<'dropped'> = (state, { problem, floorMs }) => ({
  state: { phase: floorMs > 0 ? 'held' : 'waiting', attempt: state.attempt + 1, problem },
  command: { type: 'back-off', attempt: state.attempt, floorMs },
})

const drain: Handler<'drained'> = (_state, { problem, retryMs }) => ({
  state: { phase: 'held', attempt: 0, problem },
  command: { type: 'wait', ms: retryMs },
})

const retry = (state: ConnectionState): Step => ({
  state: { ...state, phase: 'retrying' },
  command: { type: 'open' },
})

const refuse: Handler<'refused'> = (_state, { problem }) => ({
  state: { phase: 'closed', attempt: 0, problem },
  command: { type: 'stop' },
})

const finish = (): Step => ({
  state: { phase: 'closed', attempt: 0, problem: null },
  command: { type: 'stop' },
})

const becomeIdle = (): Step => ({ state: INITIAL_CONNECTION, command: { type: 'stop' } })

const INACTIVE: Row = {
  connect,
  opened: stay,
  degraded: stay,
  alive: stay,
  dropped: stay,
  drained: stay,
  refused: stay,
  ended: stay,
  nothing: stay,
  due: stay,
  woke: stay,
  close: stay,
}

const ATTEMPTING: Row = {
  ...INACTIVE,
  opened: open,
  degraded: degrade,
  dropped: backOff,
  refused: refuse,
  ended: finish,
  nothing: becomeIdle,
  close: finish,
}

const OPEN: Row = {
  ...INACTIVE,
  degraded: degrade,
  alive: resetAttempts,
  dropped: backOff,
  drained: drain,
  refused: refuse,
  ended: finish,
  close: finish,
}

const PAUSED: Row = { ...INACTIVE, refused: refuse, ended: finish, due: retry, close: finish }

const TABLE: Record<Phase, Row> = {
  idle: INACTIVE,
  connecting: ATTEMPTING,
  open: OPEN,
  polling: { ...OPEN, opened: open },
  waiting: { ...PAUSED, woke: retry },
  held: PAUSED,
  retrying: ATTEMPTING,
  closed: INACTIVE,
}
