import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRunEvent, EMPTY_RUN_VIEW, isEnded, type RunView } from './apply-run-event.js'
import type { CompleteData, ErrorData, ProgressData, RunEvent, StreamEvent } from './run-events.js'
import { formatCursor } from './run-events.js'

const RUN = 'r7k2m9'
const AT = '2026-11-24T12:00:00.000Z'

describe('applying the events of a run', () => {
  it('gives the same view with and without repeated, replayed and reordered old events', () => {
    fc.assert(
      fc.property(logsWithReplays(), ({ log, delivered }) => {
        expect(fold(delivered)).toEqual(fold(log))
      }),
    )
  })

  it('gives the same view from the latest progress alone as from every frame', () => {
    fc.assert(
      fc.property(logs(), (log) => {
        const latest = log.findLast((event) => event.event === 'progress')
        const short = log.filter((event) => event.event !== 'progress' || event === latest)
        expect(fold(short)).toEqual(fold(log))
      }),
    )
  })

  it('is not changed by pings and drains', () => {
    fc.assert(
      fc.property(logs(), fc.array(fc.nat({ max: 20 })), (log, places) => {
        const noisy: StreamEvent[] = [...log]
        for (const place of places) noisy.splice(place, 0, ping(), drain())
        expect(fold(noisy)).toEqual(fold(log))
      }),
    )
  })

  it('ends at the cursor of the last applied event', () => {
    fc.assert(
      fc.property(logs(), (log) => {
        expect(fold(log).lastEventId).toBe(log.at(-1)?.id ?? null)
      }),
    )
  })

  it('returns the same object when an event changes nothing, so that nothing re-renders', () => {
    fc.assert(
      fc.property(logs(), (log) => {
        const view = fold(log)
        for (const event of [...log, ping(), drain()]) expect(applyRunEvent(view, event)).toBe(view)
      }),
    )
  })

  it('never mutates its input', () => {
    fc.assert(
      fc.property(logs(), (log) => {
        let view: RunView = Object.freeze({ ...EMPTY_RUN_VIEW })
        for (const event of log) view = Object.freeze(applyRunEvent(view, event))
        expect(view).toEqual(fold(log))
      }),
    )
  })
})

describe('an ending', () => {
  it('is final: no event of the same run changes it, not even with a higher seq', () => {
    fc.assert(
      fc.property(endedLogs(), fc.array(bodies(), { maxLength: 8 }), (log, late) => {
        const ended = fold(log)
        const after = late.map((body, i) => ({ ...body, id: formatCursor(RUN, log.length + 1 + i) }))
        expect(fold(after, ended)).toBe(ended)
        expect(isEnded(ended)).toBe(true)
      }),
    )
  })

  it('with the code `cancelled` gives the status cancelled', () => {
    const view = fold([start(1), failed(2, 'cancelled')])
    expect(view.status).toBe('cancelled')
    expect(view.result).toMatchObject({ success: false, code: 'cancelled' })
  })

  it('with any other code gives the status error', () => {
    expect(fold([start(1), failed(2, 'upstream_auth')]).status).toBe('error')
  })

  it('keeps the last progress', () => {
    const view = fold([start(1), progress(2, 52), completed(3)])
    expect(view.progress?.percent).toBe(52)
    expect(view.result?.success).toBe(true)
  })

  it('of one run does not affect the next', () => {
    const next: RunEvent = { ...start(1), id: formatCursor('otra', 1) }
    const view = fold([start(1), completed(2), next])
    expect(view).toEqual({ ...EMPTY_RUN_VIEW, runId: 'otra', status: 'running', lastEventId: 'otra.1' })
  })
})

describe('a view', () => {
  it('is empty after a reset, and then accepts an older seq', () => {
    const reset: StreamEvent = { event: 'reset', data: { reason: 'unknown_cursor' } }
    const view = fold([start(1), progress(9, 80), reset])
    expect(view).toEqual(EMPTY_RUN_VIEW)
    expect(fold([start(1), progress(4, 40)], view).progress?.percent).toBe(40)
  })

  it('ignores a run event whose id is not a cursor', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = `${text}/`
        expect(applyRunEvent(EMPTY_RUN_VIEW, { ...progress(1, 1), id })).toBe(EMPTY_RUN_VIEW)
      }),
    )
  })

  it('has not ended while idle or running', () => {
    expect(isEnded(EMPTY_RUN_VIEW)).toBe(false)
    expect(isEnded(fold([start(1)]))).toBe(false)
  })
})

function fold(events: readonly StreamEvent[], from: RunView = EMPTY_RUN_VIEW): RunView {
  return events.reduce(applyRunEvent, from)
}

type Body = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'id'> : never) : never

function bodies(): fc.Arbitrary<Body> {
  return fc.oneof(
    fc.constant<Body>({ event: 'start', data: startData() }),
    fc.nat({ max: 100 }).map<Body>((percent) => ({ event: 'progress', data: progressData(percent) })),
    fc.constant<Body>({ event: 'complete', data: completeData() }),
    fc.constant<Body>({ event: 'error', data: errorData('internal') }),
  )
}

/** A run's log as the server writes it: start, progress, and at most one ending. */
function logs(ending: fc.Arbitrary<RunEvent[]> = endings(0)): fc.Arbitrary<RunEvent[]> {
  return fc.tuple(fc.array(fc.nat({ max: 100 }), { maxLength: 12 }), ending).map(([percents, end]) => {
    const frames = percents
      .sort((a, b) => a - b)
      .map((percent) => ({ event: 'progress', data: progressData(percent) }))
    const all = [{ event: 'start', data: startData() }, ...frames, ...end]
    return all.map((body, i) => ({ ...body, id: formatCursor(RUN, i + 1) }) as RunEvent)
  })
}

function endedLogs(): fc.Arbitrary<RunEvent[]> {
  return logs(endings(1))
}

function endings(minLength: 0 | 1): fc.Arbitrary<RunEvent[]> {
  return fc.array(fc.constantFrom(completed(0), failed(0, 'internal'), failed(0, 'cancelled')), {
    minLength,
    maxLength: 1,
  })
}

/** The same log, with earlier events repeated after each event, as after reconnects. */
function logsWithReplays(): fc.Arbitrary<{ log: RunEvent[]; delivered: RunEvent[] }> {
  return logs().chain((log) =>
    fc
      .array(fc.array(fc.nat({ max: 1000 }), { maxLength: 4 }), {
        minLength: log.length,
        maxLength: log.length,
      })
      .map((replays) => ({
        log,
        delivered: log.flatMap((event, i) => [
          event,
          ...(replays[i] ?? []).map((pick) => log[pick % (i + 1)] ?? event),
        ]),
      })),
  )
}

function start(seq: number): RunEvent {
  return { event: 'start', id: formatCursor(RUN, seq), data: startData() }
}
function progress(seq: number, percent: number): RunEvent {
  return { event: 'progress', id: formatCursor(RUN, seq), data: progressData(percent) }
}
function completed(seq: number): RunEvent {
  return { event: 'complete', id: formatCursor(RUN, seq), data: completeData() }
}
function failed(seq: number, code: ErrorData['code']): RunEvent {
  return { event: 'error', id: formatCursor(RUN, seq), data: errorData(code) }
}
function ping(): StreamEvent {
  return { event: 'ping', data: { timestamp: AT } }
}
function drain(): StreamEvent {
  return { event: 'drain', data: { retryMs: 500 } }
}

function startData() {
  return { message: 'Iniciando', timestamp: AT, runId: RUN, mode: 'full' as const }
}
function progressData(percent: number): ProgressData {
  return {
    page: percent,
    totalPages: 100,
    productsInPage: 200,
    totalProcessed: 3,
    created: 1,
    updated: 1,
    errors: 1,
    percent,
    unchanged: 1,
    seen: 4,
    phase: 'products',
    ratePerSecond: null,
    etaSeconds: null,
    requests: percent,
    waiting: null,
  }
}
function completeData(): CompleteData {
  return {
    success: true,
    totalProducts: 3,
    created: 1,
    updated: 1,
    errors: 1,
    pages: 1,
    duration: 10,
    timestamp: AT,
    unchanged: 1,
    retired: 0,
    requests: 1,
  }
}
function errorData(code: ErrorData['code']): ErrorData {
  return { success: false, message: 'No se pudo', timestamp: AT, code }
}
