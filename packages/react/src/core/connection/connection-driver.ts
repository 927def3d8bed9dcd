import type { Platform } from '../platform/platform.js'
import {
  type ConnectionCommand,
  type ConnectionInput,
  type ConnectionState,
  INITIAL_CONNECTION,
  stepConnection,
} from './connection-machine.js'
import { clampServerDelay, retryDelayMs } from './retry-delay.js'
import { createWatchdog, type Watchdog } from './watchdog.js'

/** Executes the commands of the connection's state machine: attempts, timers, watchdog, wake-ups. */
export interface ConnectionDriver {
  state(): ConnectionState
  dispatch(input: ConnectionInput): void
}

export interface DriverOptions {
  platform: Platform
  silenceMs: number
  /**
   * Makes one attempt. It must report nothing once `signal` is aborted, and call `activity` whenever
   * bytes arrive.
   */
  attempt: (signal: AbortSignal, activity: () => void) => void
  /** Nothing arrived in an attempt or on a stream for `silenceMs` milliseconds. */
  onSilence: () => void
  /** The phase or the problem has changed. */
  onChange: () => void
}

export function createConnectionDriver(options: DriverOptions): ConnectionDriver {
  const { platform, silenceMs } = options
  let state = INITIAL_CONNECTION
  let attempt: { controller: AbortController; watchdog: Watchdog } | null = null
  let cancelTimer: (() => void) | null = null
  let removeWakeListener: (() => void) | null = null

  function dispatch(input: ConnectionInput) {
    const before = state
    const step = stepConnection(before, input)
    state = step.state
    if (step.command) execute(step.command)
    if (step.state.phase !== before.phase || step.state.problem !== before.problem) options.onChange()
  }

  function execute(command: ConnectionCommand) {
    endCurrent()
    switch (command.type) {
      case 'open':
        removeWakeListener ??= platform.onWake(wake)
        return open()
      case 'back-off':
        return waitFor(retryDelayMs(command.attempt, command.floorMs, platform.random()))
      case 'wait':
        return waitFor(clampServerDelay(command.ms))
      case 'stop':
        removeWakeListener?.()
        removeWakeListener = null
    }
  }

  function open() {
    const controller = new AbortController()
    const watchdog = createWatchdog(options.onSilence, silenceMs, platform)
    attempt = { controller, watchdog }
    options.attempt(controller.signal, watchdog.feed)
  }
  function endCurrent() {
    attempt?.watchdog.stop()
    attempt?.controller.abort()
    attempt = null
    cancelTimer?.()
    cancelTimer = null
  }
  function waitFor(ms: number) {
    cancelTimer = platform.setTimer(() => dispatch({ type: 'due' }), ms)
  }
  function wake() {
    // The watchdog's timer was suspended too, so an open stream may have been dead for hours.
    attempt?.watchdog.check()
    dispatch({ type: 'woke' })
  }

  return { state: () => state, dispatch }
}
