import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addPing,
  newEvidence,
  restartAfterSuspend,
  type StallEvidence,
  stallVerdict,
} from './stall-verdict.js'

const fresh = newEvidence(1_000, false)
const opened: StallEvidence = { ...fresh, openedAt: 1_200 }
const withBytes: StallEvidence = { ...opened, firstAt: 1_300 }
/** Pings as [sent by the server's clock, arrived by ours], in milliseconds. */
const withPings = (...pings: [number, number][]) =>
  pings.reduce((evidence, [sent, arrived]) => addPing(evidence, sent, arrived), withBytes)

describe('a stream', () => {
  it.each([
    ['requested a moment ago', fresh, 2_000, 'unknown'],
    ['without headers for ten seconds', fresh, 11_000, 'stalled'],
    ['open, without bytes so far', opened, 6_199, 'unknown'],
    ['open, without bytes after five seconds, when `start` was due', opened, 6_200, 'stalled'],
    ['from a cursor, which may have no event', { ...opened, hasCursor: true }, 21_199, 'unknown'],
    ['from a cursor, without even a ping', { ...opened, hasCursor: true }, 21_200, 'stalled'],
    ['whose first bytes came at once', withBytes, 60_000, 'timely'],
    [
      'whose first bytes were late, maybe because of the server',
      { ...opened, firstAt: 8_000 },
      9_000,
      'unknown',
    ],
  ] as const)('%s', (_name, evidence, now, verdict) => {
    expect(stallVerdict(evidence, now)).toBe(verdict)
  })

  it('whose pings arrive all at once is stalled', () => {
    expect(stallVerdict(withPings([0, 30_000], [15_000, 30_001], [30_000, 30_002]), 31_000)).toBe('stalled')
  })

  it('whose pings are more and more delayed is stalled', () => {
    expect(stallVerdict(withPings([0, 10], [15_000, 17_000], [30_000, 35_010]), 36_000)).toBe('stalled')
  })

  it('is not stalled because of events queued while the page was suspended', () => {
    const late = withPings([0, 10], [15_000, 75_000])
    expect(stallVerdict(late, 75_000)).toBe('stalled')
    expect(stallVerdict(restartAfterSuspend(late, 75_000), 75_000)).toBe('timely')
    expect(stallVerdict(restartAfterSuspend(fresh, 75_000), 75_000)).toBe('unknown')
  })

  it('ignores a ping without a timestamp', () => {
    expect(addPing(withBytes, Number.NaN, 5_000)).toBe(withBytes)
  })

  it('has the same verdict whatever the difference between the two clocks', () => {
    const pings = fc.array(fc.record({ gap: fc.nat(20_000), delay: fc.nat(9_000) }), { maxLength: 8 })
    fc.assert(
      fc.property(pings, fc.integer({ min: -1e12, max: 1e12 }), (given, skew) => {
        const verdicts = [0, skew].map((apart) => {
          let sent = 0
          const evidence = given.reduce((before, { gap, delay }) => {
            sent += gap
            return addPing(before, sent + apart, sent + delay)
          }, withBytes)
          return stallVerdict(evidence, 2_000)
        })
        expect(verdicts[0]).toBe(verdicts[1])
      }),
    )
  })

  it('with delays that differ by less than five seconds is never stalled', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.array(fc.nat(4_999), { maxLength: 20 }), (base, delays) => {
        const evidence = delays.reduce(
          (before, d, i) => addPing(before, i * 15_000, i * 15_000 + base + d),
          withBytes,
        )
        expect(stallVerdict(evidence, 1e9)).toBe('timely')
      }),
    )
  })
})
