import type { Edges } from '../platform/platform.js'
import {
  type ConnectionCommand,
  type ConnectionInput,
  type ConnectionState,
  INITIAL_CONNECTION,
  stepConnection,
} from './connection-machine.js'
import { heldFloor, retryDelayMs } from './retry-delay.js'
import { createWatchdog, type Watchdog } from './watchdog.js'

/** The thin edge of the connection's state machine: timers, the watchdog and waking up. */
export interface ConnectionDriver {
  state(): ConnectionState
  dispatch(input: ConnectionInput): void
}

export interface DriverOptions {
  edges: Edges
  silenceMs: number
  /** Makes one attempt. It is over, and must report nothing more, once `signal` is aborted. */
  attempt: (signal: AbortSignal, activity: () => void) => void
  /** Nothing was heard in an attempt or stream for `silenceMs`. */
  onSilence: () => void
  /** The phase or the problem is another. */
  onChange: () => void
}

export function createConnectionDriver(options: DriverOptions): ConnectionDriver {
  const { edges, silenceMs } = options
  let state = INITIAL_CONNECTION
  let attempt: { controller: AbortController; watchdog: Watchdog } | null = null
  let takeBackTimer: (() => void) | null = null
  let stopWake: (() => void) | null = null

  function dispatch(input: ConnectionInput) {
    const before = state
    const step = stepConnection(before, input)
    state = step.state
    if (step.command) execute(step.command)
    if (step.state.phase !== before.phase || step.state.problem !== before.problem) options.onChange()
  }

  function execute(command: ConnectionCommand) {
    letGo()
    switch (command.type) {
      case 'open':
        stopWake ??= edges.onWake(wake)
        return open()
      case 'back-off':
        return waitFor(retryDelayMs(command.attempt, command.floorMs, edges.random()))
      case 'wait':
        return waitFor(heldFloor(command.ms))
      case 'stop':
        stopWake?.()
        stopWake = null
    }
  }

  function open() {
    const controller = new AbortController()
    const watchdog = createWatchdog(options.onSilence, silenceMs, edges)
    attempt = { controller, watchdog }
    options.attempt(controller.signal, watchdog.feed)
  }
  function letGo() {
    attempt?.watchdog.stop()
    attempt?.controller.abort()
    attempt = null
    takeBackTimer?.()
    takeBackTimer = null
  }
  function waitFor(ms: number) {
    takeBackTimer = edges.setTimer(() => dispatch({ type: 'due' }), ms)
  }
  function wake() {
    // The timer slept with the laptop: an open stream may have been dead for hours.
    attempt?.watchdog.check()
    dispatch({ type: 'woke' })
  }

  return { state: () => state, dispatch }
}
