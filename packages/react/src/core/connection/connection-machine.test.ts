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
  it('counts failures in a row, and backs off by that count', () => {
    let state = at('connecting')
    for (const attempt of [0, 1, 2]) {
      const dropped = stepConnection(state, INPUTS.dropped)
      expect(dropped.command).toEqual({ type: 'back-off', attempt, floorMs: 0 })
      state = stepConnection(dropped.state, INPUTS.due).state
    }
  })

  it('does not forget the failures for a stream that merely opened', () => {
    const opened = stepConnection({ phase: 'retrying', attempt: 4, problem }, INPUTS.opened).state
    expect(opened).toEqual({ phase: 'open', attempt: 4, problem: null })
    expect(stepConnection(opened, INPUTS.alive).state.attempt).toBe(0)
  })

  it('is held, not waiting, when the server itself asked for the time', () => {
    const { state, command } = stepConnection(at('connecting'), { ...INPUTS.dropped, floorMs: 9_000 })
    expect(state.phase).toBe('held')
    expect(command).toEqual({ type: 'back-off', attempt: 0, floorMs: 9_000 })
  })

  it('waits exactly as long as a drain says, since the server has spread it already', () => {
    expect(stepConnection(at('open'), INPUTS.drained).command).toEqual({ type: 'wait', ms: 700 })
  })

  it('keeps the problem while it waits and tries again, and drops it once open', () => {
    const waiting = stepConnection(at('open'), INPUTS.dropped).state
    const retrying = stepConnection(waiting, INPUTS.due).state
    expect([waiting.problem, retrying.problem]).toEqual([problem, problem])
    expect(stepConnection(retrying, INPUTS.opened).state.problem).toBeNull()
  })

  it('keeps the cause in view while it polls, and drops it once the stream is back', () => {
    const polling = stepConnection(at('open'), INPUTS.degraded).state
    expect(polling).toEqual({ phase: 'polling', attempt: 0, problem })
    expect(stepConnection(polling, INPUTS.alive).state.problem).toBe(problem)
    expect(stepConnection(polling, INPUTS.opened).state.problem).toBeNull()
  })

  it('after any history ends closed, with nothing left to do, when it is closed', () => {
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
