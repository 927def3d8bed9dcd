import type { ConnectionProblem } from './problem.js'

/**
 * Where the connection stands. `waiting` may be cut short (the network is back, the tab is looked
 * at again); `held` may not, because the server itself asked for that time. `retrying` is an
 * attempt under way after a failure. `polling` is an attempt that had to do without the stream.
 */
export type Phase = 'idle' | 'connecting' | 'open' | 'polling' | 'waiting' | 'held' | 'retrying' | 'closed'

export interface ConnectionState {
  readonly phase: Phase
  /** Failures in a row since the server last said something new. */
  readonly attempt: number
  readonly problem: ConnectionProblem | null
}

export type ConnectionInput =
  /** Someone wants to watch. */
  | { type: 'connect' }
  /** The server has answered with a stream. */
  | { type: 'opened' }
  /** The stream is of no use on this way, and the run is asked for again and again instead. */
  | { type: 'degraded'; problem: ConnectionProblem }
  /** The stream has said something new, or pinged: it works. */
  | { type: 'alive' }
  /** The attempt or the stream failed in a way that may pass. */
  | { type: 'dropped'; problem: ConnectionProblem; floorMs: number }
  /** The server is going away and says when to return. */
  | { type: 'drained'; problem: ConnectionProblem; retryMs: number }
  /** It failed in a way that will not pass by itself. */
  | { type: 'refused'; problem: ConnectionProblem }
  /** The run has ended, or the server has nothing more to say of it. */
  | { type: 'ended' }
  /** No run is under way, so there is nothing to watch. */
  | { type: 'nothing' }
  /** The wait is over. */
  | { type: 'due' }
  /** The browser is online again, or the tab visible again. */
  | { type: 'woke' }
  /** Nobody watches any more. */
  | { type: 'close' }

/** What the watcher has to do. Each command first ends the attempt or wait before it. */
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

/** One step of the connection. Pure and total: every input is answered in every phase. */
export function stepConnection(state: ConnectionState, input: ConnectionInput): Step {
  // The table's type ties each column to its input; only this lookup by a union cannot be told so.
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

/** Only news resets the count: a server that accepts and drops at once must not be asked in a loop. */
const settle = (state: ConnectionState): Step => stay(state.attempt === 0 ? state : { ...state, attempt: 0 })

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

const rest = (): Step => ({ state: INITIAL_CONNECTION, command: { type: 'stop' } })

const AT_REST: Row = {
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
  ...AT_REST,
  opened: open,
  degraded: degrade,
  dropped: backOff,
  refused: refuse,
  ended: finish,
  nothing: rest,
  close: finish,
}

const OPEN: Row = {
  ...AT_REST,
  degraded: degrade,
  alive: settle,
  dropped: backOff,
  drained: drain,
  refused: refuse,
  ended: finish,
  close: finish,
}

const PAUSED: Row = { ...AT_REST, refused: refuse, ended: finish, due: retry, close: finish }

const TABLE: Record<Phase, Row> = {
  idle: AT_REST,
  connecting: ATTEMPTING,
  open: OPEN,
  polling: { ...OPEN, opened: open },
  waiting: { ...PAUSED, woke: retry },
  held: PAUSED,
  retrying: ATTEMPTING,
  closed: AT_REST,
}
