import type { ProgressData } from '@espejo/contract'
import { describe, expect, it } from 'vitest'
import {
  checkpointNeverGoesBack,
  holdsNoSecret,
  isNotGivenUp,
  isUntouched,
  ledgerBalances,
  logIsWhole,
  mirrorEqualsTruth,
  pagesKeepTheirEpoch,
  retiresNothingListed,
  retiresOnlyAfterAWholePass,
  waitsAreKept,
} from './invariants.js'
import type { LogEntry, RunRecord, RunWithLog } from './rig/runs.js'

const run: RunRecord = {
  id: 'r1',
  tenantId: 't',
  mode: 'full',
  status: 'complete',
  phase: 'sweep',
  epoch: 2,
  seq: 4,
  fruitless: 0,
  page: 2,
  totalPages: 2,
  created: 30,
  updated: 0,
  unchanged: 0,
  errors: 0,
  retired: 0,
  percent: 100,
  waiting: null,
  errorCode: null,
  errorMessage: null,
}

function frame(seq: number, changes: Partial<ProgressData>): LogEntry {
  const counts = { created: 0, updated: 0, unchanged: 0, errors: 0, ...changes }
  const totalProcessed = counts.created + counts.updated + counts.unchanged
  const data: ProgressData = {
    page: 1,
    totalPages: 2,
    productsInPage: 20,
    totalProcessed,
    seen: totalProcessed + counts.errors,
    percent: 50,
    phase: 'products',
    ratePerSecond: null,
    etaSeconds: null,
    requests: 1,
    waiting: null,
    ...counts,
  }
  return { seq, event: 'progress', data }
}

const at = { timestamp: '2026-01-01T00:00:00.000Z' }
const start: LogEntry = { seq: 1, event: 'start', data: { message: '', runId: 'r1', mode: 'full', ...at } }
const ending = (seq: number): LogEntry => ({
  seq,
  event: 'error',
  data: { success: false, message: '', code: 'internal', ...at },
})
const whole: RunWithLog = {
  run,
  log: [start, frame(2, { created: 20 }), frame(3, { page: 2, created: 30, percent: 100 }), ending(4)],
}
const withLog = (...log: LogEntry[]): RunWithLog => ({ run: { ...run, seq: log.length }, log })

describe('an invariant passes on valid data and throws on', () => {
  it('I1: different content, regardless of the order of keys', () => {
    const truth = new Map([
      [1, { id: 1, name: 'a' }],
      [2, { id: 2, name: 'b' }],
    ])
    mirrorEqualsTruth('t', new Map([[1, { name: 'a', id: 1 }], ...[...truth].slice(1)]), truth)
    const wrong = new Map([
      [1, { id: 1, name: 'other' }],
      [3, {}],
    ])
    expect(() => mirrorEqualsTruth('t', wrong, truth)).toThrow(
      'I1: t: of 2 products 1 missing (2), 1 surplus (3), 1 different (1)',
    )
  })

  it('I2: a changed bystander', () => {
    isUntouched('t', 'same', 'same')
    expect(() => isUntouched('t', 'same', 'other')).toThrow('I2')
  })

  it('I3: a page that two epochs committed', () => {
    const seen = { runId: 'r1', phase: 'products', page: 1, epoch: 1, xmin: '10' }
    pagesKeepTheirEpoch([seen, seen])
    expect(() => pagesKeepTheirEpoch([seen, { ...seen, epoch: 2, xmin: '11' }])).toThrow('I3')
  })

  it('I3: a checkpoint that goes back', () => {
    checkpointNeverGoesBack(whole)
    expect(() => checkpointNeverGoesBack(withLog(frame(1, { page: 2 }), frame(2, { page: 1 })))).toThrow(
      'went back from page 2 to 1',
    )
  })

  it('I4: a gap, a missing event, a missing or an early ending', () => {
    logIsWhole(whole)
    expect(() => logIsWhole(withLog(start, ending(3)))).toThrow('event 2 has seq 3')
    expect(() => logIsWhole({ run: { ...run, seq: 5 }, log: whole.log })).toThrow('seq 5, 4 events')
    expect(() => logIsWhole(withLog(start, frame(2, {})))).toThrow('0 endings')
    expect(() => logIsWhole(withLog(start, ending(2), ending(3)))).toThrow('2 endings')
    expect(() => logIsWhole(withLog(start, ending(2), frame(3, {})))).toThrow('1 endings')
  })

  it('I5: a secret in a text, without repeating the secret', () => {
    holdsNoSecret('a log', 'nothing here', ['clave-1'])
    const tell = () => holdsNoSecret('a log', 'user=demo password=clave-1', ['clave-1'])
    expect(tell).toThrow('I5: a log shows a secret after: …user=demo password=')
    expect(tell).not.toThrow('clave-1')
  })

  it('I6: a retirement without a whole pass, or of a listed product', () => {
    retiresOnlyAfterAWholePass(withLog(frame(1, {}), ending(2)), 0)
    retiresOnlyAfterAWholePass(withLog(frame(1, { percent: 100 }), frame(2, { phase: 'sweep' })), 3)
    expect(() => retiresOnlyAfterAWholePass(whole, 3)).toThrow('I6')
    expect(() =>
      retiresOnlyAfterAWholePass(withLog(frame(1, { percent: 99 }), frame(2, { phase: 'sweep' })), 3),
    ).toThrow('I6')
    retiresNothingListed('t', [3], new Map([[1, {}]]))
    expect(() => retiresNothingListed('t', [1], new Map([[1, {}]]))).toThrow('I6')
  })

  it('I8: a request during a long wait', () => {
    const at = (ms: number) => ({ at: ms, retryAfter: null })
    const refused = { at: 0, retryAfter: { seconds: 10, since: 50 } }
    waitsAreKept('t', [refused, at(200), at(10_060)], 6)
    waitsAreKept('t', [refused, at(2000)], 11)
    expect(() => waitsAreKept('t', [refused, at(200), at(2050)], 6)).toThrow(
      'I8: t: told to wait 10 s, asked again after 2.0 s',
    )
  })

  it('I9: a run that ends although a worker could continue it', () => {
    isNotGivenUp({ run: { ...run, errorCode: 'upstream_paging' } }, 0)
    isNotGivenUp({ run: { ...run, errorCode: 'no_progress' } }, 5)
    for (const errorCode of ['no_progress', 'worker_lost', 'internal']) {
      expect(() => isNotGivenUp({ run: { ...run, errorCode } }, 4)).toThrow(`given up: ${errorCode}`)
    }
  })

  it('I7: a frame that does not balance, a percentage that goes back, a row that differs from the last frame', () => {
    ledgerBalances(whole)
    expect(() => ledgerBalances(withLog(frame(1, { created: 30, seen: 29 })))).toThrow('does not balance')
    expect(() => ledgerBalances(withLog(frame(1, { created: 31, unchanged: -1 })))).toThrow(
      'does not balance',
    )
    expect(() => ledgerBalances(withLog(frame(1, { percent: 60 }), frame(2, { percent: 59 })))).toThrow(
      'percent went back from 60 to 59',
    )
    expect(() => ledgerBalances(withLog(frame(1, { created: 29 })))).toThrow('do not agree')
  })
})
