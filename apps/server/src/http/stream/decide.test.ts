import { describe, expect, it } from 'vitest'
import { type Cursor, decideStart, decideWatch, readCursor } from './decide.js'

describe('readCursor', () => {
  it.each([
    ['nothing', undefined, undefined, { kind: 'none' }],
    ['an empty header, which is none to EventSource', '', undefined, { kind: 'none' }],
    ['an empty parameter', undefined, '', { kind: 'none' }],
    ['the header before the parameter', 'abc.4', 'xyz.9', { kind: 'at', runId: 'abc', seq: 4 }],
    ['the parameter when the header is empty', '', 'xyz.9', { kind: 'at', runId: 'xyz', seq: 9 }],
    ['garbage in the header, whatever the parameter is', 'DROP TABLE', 'xyz.9', { kind: 'garbage' }],
    ['a parameter given twice', undefined, ['a.1', 'b.2'], { kind: 'garbage' }],
    ['a second spelling of a position', 'abc.04', undefined, { kind: 'garbage' }],
    ['a position that is no safe integer', 'abc.99999999999999999999', undefined, { kind: 'garbage' }],
    ['a line end', 'abc.4\n', undefined, { kind: 'garbage' }],
  ])('reads %s', (_case, header, query, cursor) => {
    expect(readCursor(header, query)).toEqual(cursor)
  })
})

const none: Cursor = { kind: 'none' }
const garbage: Cursor = { kind: 'garbage' }
const at = (seq: number): Cursor => ({ kind: 'at', runId: 'mine', seq })
const going = { seq: 9, ended: false }
const ended = { seq: 9, ended: true }
const watch = (runId: string, afterSeq: number, reset: boolean) => ({ do: 'watch', runId, afterSeq, reset })

describe('decideStart', () => {
  const idle = { named: null, active: null, newest: null, mayStart: true, instead: null }
  it.each([
    ['starts for a new viewer', { ...idle, cursor: none }, { do: 'start' }],
    [
      'shows the ending that the guard requires',
      { ...idle, cursor: none, instead: 'e' },
      watch('e', 0, false),
    ],
    [
      'joins an active run in spite of the guard',
      { ...idle, cursor: none, active: 'a', instead: 'e' },
      watch('a', 0, false),
    ],
    [
      'has no guard for a cursor',
      { ...idle, cursor: at(4), named: going, instead: 'e' },
      watch('mine', 4, false),
    ],
    ['starts or joins when a run is active', { ...idle, cursor: none, active: 'a' }, { do: 'start' }],
    [
      'joins for a user who may only watch',
      { ...idle, cursor: none, mayStart: false, active: 'a' },
      watch('a', 0, false),
    ],
    [
      'refuses a user who may only watch when no run is active',
      { ...idle, cursor: none, mayStart: false },
      { do: 'forbid' },
    ],
    [
      'does not join an ended run',
      { ...idle, cursor: none, mayStart: false, newest: 'old' },
      { do: 'forbid' },
    ],
    ['follows a run from the cursor on', { ...idle, cursor: at(4), named: going }, watch('mine', 4, false)],
    [
      'follows from before the first event',
      { ...idle, cursor: at(0), named: going },
      watch('mine', 0, false),
    ],
    ['follows when nothing is new yet', { ...idle, cursor: at(9), named: going }, watch('mine', 9, false)],
    [
      'stays with its run when another is active',
      { ...idle, cursor: at(4), named: ended, active: 'a' },
      watch('mine', 4, false),
    ],
    [
      'follows for a user who may only watch',
      { ...idle, cursor: at(4), named: going, mayStart: false },
      watch('mine', 4, false),
    ],
    ['sends the ending that was missed', { ...idle, cursor: at(8), named: ended }, watch('mine', 8, false)],
    ['finishes at the ending', { ...idle, cursor: at(9), named: ended }, { do: 'finish' }],
    ['finishes past the ending', { ...idle, cursor: at(10), named: ended }, { do: 'finish' }],
    [
      'resets a position that the log has not reached',
      { ...idle, cursor: at(10), named: going, active: 'mine' },
      watch('mine', 0, true),
    ],
    [
      'resets an unknown run to the active one',
      { ...idle, cursor: at(4), active: 'a', newest: 'a' },
      watch('a', 0, true),
    ],
    [
      'resets an unknown run to the newest one',
      { ...idle, cursor: at(4), newest: 'old' },
      watch('old', 0, true),
    ],
    ['resets garbage', { ...idle, cursor: garbage, newest: 'old' }, watch('old', 0, true)],
    ['finishes for garbage when the tenant has no run', { ...idle, cursor: garbage }, { do: 'finish' }],
    ['finishes for an unknown run when the tenant has none', { ...idle, cursor: at(4) }, { do: 'finish' }],
  ])('%s', (_case, facts, decision) => {
    expect(decideStart(facts)).toEqual(decision)
  })

  it('never starts a run for a request with a cursor', () => {
    for (const cursor of [garbage, at(0), at(4), at(9), at(10)]) {
      for (const named of [null, going, ended]) {
        for (const active of [null, 'a', 'mine']) {
          for (const newest of [null, 'old']) {
            const decision = decideStart({ ...idle, cursor, named, active, newest })
            expect(decision.do).not.toBe('start')
          }
        }
      }
    }
  })
})

describe('decideWatch', () => {
  it.each([
    ['does not find a missing run', { cursor: none, run: null }, { do: 'not-found' }],
    ['does not find it whatever the cursor', { cursor: at(4), run: null }, { do: 'not-found' }],
    ['shows a new viewer a run from its beginning', { cursor: none, run: going }, watch('mine', 0, false)],
    [
      'shows a new viewer an ended run with its ending',
      { cursor: none, run: ended },
      watch('mine', 0, false),
    ],
    ['follows from the cursor on', { cursor: at(4), run: going }, watch('mine', 4, false)],
    ['finishes at the ending', { cursor: at(9), run: ended }, { do: 'finish' }],
    ['finishes past the ending', { cursor: at(11), run: ended }, { do: 'finish' }],
    [
      'resets a position that the log has not reached',
      { cursor: at(10), run: going },
      watch('mine', 0, true),
    ],
    ['resets garbage', { cursor: garbage, run: ended }, watch('mine', 0, true)],
    [
      "resets another run's cursor",
      { cursor: { kind: 'at', runId: 'other', seq: 2 } as const, run: going },
      watch('mine', 0, true),
    ],
  ])('%s', (_case, facts, decision) => {
    expect(decideWatch({ runId: 'mine', ...facts })).toEqual(decision)
  })
})
