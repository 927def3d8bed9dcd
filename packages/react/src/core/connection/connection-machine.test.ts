import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConnectionInput,
  type ConnectionState,
  INITIAL_CONNECTION,
  type Phase,
  stepConnection,
} from './connection-machine.js'
import { connectionProblem } from './problem.js'

const problem = connectionProblem('network')

const INPUTS: { [T in ConnectionInput['type']]: Extract<ConnectionInput, { type: T }> } = {
  connect: { type: 'connect' },
  opened: { type: 'opened' },
  degraded: { type: 'degraded', problem },
  alive: { type: 'alive' },
  dropped: { type: 'dropped', problem, floorMs: 0 },
  drained: { type: 'drained', problem, retryMs: 700 },
  refused: { type: 'refused', problem },
  ended: { type: 'ended' },
  nothing: { type: 'nothing' },
  due: { type: 'due' },
  woke: { type: 'woke' },
  close: { type: 'close' },
}

/** `-` stays; else the next phase and, after a slash, the command. */
const TABLE: Record<Phase, Record<ConnectionInput['type'], string>> = {
  idle: row({ connect: 'connecting/open' }),
  connecting: row({
    connect: 'connecting/open',
    opened: 'open',
    degraded: 'polling',
    dropped: 'waiting/back-off',
    refused: 'closed/stop',
    ended: 'closed/stop',
    nothing: 'idle/stop',
    close: 'closed/stop',
  }),
  open: row({
    connect: 'connecting/open',
    degraded: 'polling',
    alive: 'open',
    dropped: 'waiting/back-off',
    drained: 'held/wait',
    refused: 'closed/stop',
    ended: 'closed/stop',
    close: 'closed/stop',
  }),
  polling: row({
    connect: 'connecting/open',
    opened: 'open',
    degraded: 'polling',
    alive: 'polling',
    dropped: 'waiting/back-off',
    drained: 'held/wait',
    refused: 'closed/stop',
    ended: 'closed/stop',
    close: 'closed/stop',
  }),
  waiting: row({
    connect: 'connecting/open',
    refused: 'closed/stop',
    ended: 'closed/stop',
    due: 'retrying/open',
    woke: 'retrying/open',
    close: 'closed/stop',
  }),
  held: row({
    connect: 'connecting/open',
    refused: 'closed/stop',
    ended: 'closed/stop',
    due: 'retrying/open',
    close: 'closed/stop',
  }),
  retrying: row({
    connect: 'connecting/open',
    opened: 'open',
    degraded: 'polling',
    dropped: 'waiting/back-off',
    refused: 'closed/stop',
    ended: 'closed/stop',
    nothing: 'idle/stop',
    close: 'closed/stop',
  }),
  closed: row({ connect: 'connecting/open' }),
}

const PHASES = Object.keys(TABLE) as Phase[]
const TYPES = Object.keys(INPUTS) as ConnectionInput['type'][]
const CELLS = PHASES.flatMap((phase) => TYPES.map((type) => [phase, type, TABLE[phase][type]] as const))

describe('the connection, cell by cell', () => {
  it.each(CELLS)('%s × %s → %s', (phase, type, expected) => {
    const state: ConnectionState = { phase, attempt: 3, problem }
    const { state: next, command } = stepConnection(state, INPUTS[type])
    if (expected === '-') {
      expect(next).toBe(state)
      expect(command).toBeNull()
    } else {
      expect([next.phase, command?.type].filter(Boolean).join('/')).toBe(expected)
    }
  })
})

describe('the connection', () => {
  it('counts consecutive failures, and backs off by that count', () => {
    let state = at('connecting')
    for (const attempt of [0, 1, 2]) {
      const dropped = stepConnection(state, INPUTS.dropped)
      expect(dropped.command).toEqual({ type: 'back-off', attempt, floorMs: 0 })
      state = stepConnection(dropped.state, INPUTS.due).state
    }
  })

  it('does not reset the failure count when a stream opens', () => {
    const opened = stepConnection({ phase: 'retrying', attempt: 4, problem }, INPUTS.opened).state
    expect(opened).toEqual({ phase: 'open', attempt: 4, problem: null })
    expect(stepConnection(opened, INPUTS.alive).state.attempt).toBe(0)
  })

  it('is `held`, not `waiting`, when the server requested the delay', () => {
    const { state, command } = stepConnection(at('connecting'), { ...INPUTS.dropped, floorMs: 9_000 })
    expect(state.phase).toBe('held')
    expect(command).toEqual({ type: 'back-off', attempt: 0, floorMs: 9_000 })
  })

  it('waits exactly as long as a drain says, because the server has added the jitter already', () => {
    expect(stepConnection(at('open'), INPUTS.drained).command).toEqual({ type: 'wait', ms: 700 })
  })

  it('keeps the problem while it waits and retries, and clears it once open', () => {
    const waiting = stepConnection(at('open'), INPUTS.dropped).state
    const retrying = stepConnection(waiting, INPUTS.due).state
    expect([waiting.problem, retrying.problem]).toEqual([problem, problem])
    expect(stepConnection(retrying, INPUTS.opened).state.problem).toBeNull()
  })

  it('keeps the problem while it polls, and clears it once the stream is open again', () => {
    const polling = stepConnection(at('open'), INPUTS.degraded).state
    expect(polling).toEqual({ phase: 'polling', attempt: 0, problem })
    expect(stepConnection(polling, INPUTS.alive).state.problem).toBe(problem)
    expect(stepConnection(polling, INPUTS.opened).state.problem).toBeNull()
  })

  it('is closed, with no command left, after `close` in any state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TYPES), { maxLength: 40 }), (types) => {
        const reached = types.reduce(
          (state, type) => stepConnection(state, INPUTS[type]).state,
          INITIAL_CONNECTION,
        )
        const { state } = stepConnection(reached, INPUTS.close)
        expect(['idle', 'closed']).toContain(state.phase)
        for (const type of TYPES.filter((type) => type !== 'connect')) {
          expect(stepConnection(state, INPUTS[type]).command).toBeNull()
        }
      }),
    )
  })
})

function at(phase: Phase): ConnectionState {
  return { phase, attempt: 0, problem: null }
}

function row(
  cells: Partial<Record<ConnectionInput['type'], string>>,
): Record<ConnectionInput['type'], string> {
  const stays = Object.fromEntries(Object.keys(INPUTS).map((type) => [type, '-'])) as Record<
    ConnectionInput['type'],
    string
  >
  return { ...stays, ...cells }
}
