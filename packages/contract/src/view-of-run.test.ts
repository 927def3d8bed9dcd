import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRunEvent, EMPTY_RUN_VIEW, isEnded } from './apply-run-event.js'
import { isFinal, type Run, type RunStatus } from './run.js'
import { isBalanced } from './run-events.js'
import { viewOfRun } from './view-of-run.js'

const RUN: Run = {
  id: 'r7k2m9',
  mode: 'full',
  dryRun: false,
  status: 'running',
  phase: 'products',
  page: 13,
  totalPages: 25,
  totalProcessed: 2598,
  created: 2410,
  updated: 150,
  unchanged: 38,
  errors: 2,
  seen: 2600,
  retired: 0,
  percent: 52,
  requests: 21,
  waiting: null,
  ratePerSecond: 410.2,
  etaSeconds: 6,
  startedBy: 'u1',
  startedByName: null,
  createdAt: '2026-11-24T12:00:00.000Z',
  startedAt: '2026-11-24T12:00:01.000Z',
  endedAt: null,
  error: null,
}
const ENDED_AT = '2026-11-24T12:00:12.873Z'
const ended = (changes: Partial<Run>): Run => ({ ...RUN, endedAt: ENDED_AT, ...changes })

describe('a polled run', () => {
  it('that is active gives the same view as its latest progress frame', () => {
    expect(viewOfRun(RUN)).toEqual({
      runId: 'r7k2m9',
      status: 'running',
      progress: {
        page: 13,
        totalPages: 25,
        productsInPage: 0,
        totalProcessed: 2598,
        created: 2410,
        updated: 150,
        errors: 2,
        percent: 52,
        unchanged: 38,
        seen: 2600,
        phase: 'products',
        ratePerSecond: 410.2,
        etaSeconds: 6,
        requests: 21,
        waiting: null,
      },
      result: null,
      lastEventId: null,
    })
  })

  it.each(['queued', 'paused'] as const)('that is %s has the status running', (status) => {
    expect(viewOfRun({ ...RUN, status })).toMatchObject({ status: 'running', result: null })
  })

  it('that has committed no page has no progress', () => {
    expect(viewOfRun({ ...RUN, status: 'queued', phase: null, page: 0 }).progress).toBeNull()
  })

  it('keeps what the run is waiting for', () => {
    const waiting = { reason: 'sweep_confirmation', until: null } as const
    expect(viewOfRun({ ...RUN, waiting }).progress?.waiting).toEqual(waiting)
  })

  it('that is complete has its ending, with its duration', () => {
    expect(viewOfRun(ended({ status: 'complete', retired: 4 })).result).toEqual({
      success: true,
      totalProducts: 2598,
      created: 2410,
      updated: 150,
      errors: 2,
      pages: 13,
      duration: 11_873,
      timestamp: ENDED_AT,
      unchanged: 38,
      retired: 4,
      requests: 21,
    })
  })

  it('that failed has the reason', () => {
    const error = { code: 'upstream_auth', message: 'Cianbox rechazó las credenciales.' } as const
    expect(viewOfRun(ended({ status: 'error', error }))).toMatchObject({
      status: 'error',
      result: { success: false, ...error, timestamp: ENDED_AT },
    })
  })

  it.each([
    ['error', 'internal'],
    ['cancelled', 'cancelled'],
  ] as const)('that ended as %s without a reason still has an ending', (status, code) => {
    const { result } = viewOfRun(ended({ status, error: null }))
    expect(result).toMatchObject({ success: false, code, message: expect.stringMatching(/^\S.+/) })
  })

  it('has an ending exactly if the run is final, and balances exactly if the run does', () => {
    const statuses: RunStatus[] = ['queued', 'running', 'paused', 'complete', 'error', 'cancelled']
    const count = fc.nat(100_000)
    fc.assert(
      fc.property(fc.constantFrom(...statuses), count, count, count, count, (status, a, b, c, errors) => {
        const counts = { created: a, updated: b, unchanged: c, errors }
        const view = viewOfRun({
          ...RUN,
          ...counts,
          status,
          totalProcessed: a + b + c,
          seen: a + b + c + errors,
        })
        expect(isEnded(view)).toBe(isFinal(status))
        expect(view.result !== null).toBe(isFinal(status))
        expect(view.progress && isBalanced(view.progress)).toBe(true)
      }),
    )
  })

  it('is replaced by the stream when that is available again', () => {
    const [progress] = [viewOfRun({ ...RUN, page: 14, percent: 56 }).progress]
    if (!progress) throw new Error('the run has progress')
    const view = applyRunEvent(viewOfRun(RUN), { event: 'progress', id: 'r7k2m9.15', data: progress })
    expect(view).toMatchObject({ progress: { page: 14 }, lastEventId: 'r7k2m9.15' })
    expect(applyRunEvent(EMPTY_RUN_VIEW, { event: 'progress', id: 'r7k2m9.15', data: progress })).toEqual(
      view,
    )
  })
})
