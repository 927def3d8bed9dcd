import { expect, test } from 'vitest'
import type { LoadFigures } from './load.js'
import { cpuPerMessage, judge, perViewerKb, type StreamFigures } from './targets.js'

const BARE: LoadFigures = {
  viewers: 1000,
  seconds: 10,
  frames: 40_000,
  bytes: 12_000_000,
  p50Ms: 2,
  p99Ms: 20,
  maxMs: 30,
  clientLagP99Ms: 5,
  rssBefore: 50 * 2 ** 20,
  rssConnected: 50 * 2 ** 20 + 1000 * 10 * 1024,
  rssPeak: 50 * 2 ** 20 + 1000 * 12 * 1024,
  heldBytes: 6_000_000,
  cpuSeconds: 0.8,
}

const GOOD: StreamFigures = {
  load: {
    bare: BARE,
    betterSse: { ...BARE, cpuSeconds: 1.2 },
    espejo: { ...BARE, p99Ms: 400, cpuSeconds: 1 },
  },
  stalled: { viewers: 100, heldEach: 40 * 1024, others: { ...BARE, p99Ms: 450 }, cutAfterMs: 31_000 },
  storm: {
    viewers: 500,
    withoutEnding: 0,
    repeats: 0,
    resets: 0,
    starts: 0,
    mostFrames: 2,
    reconnected: { back: 500, retries: 0, halfMs: 200, lastMs: 400 },
    healthMaxMs: 300,
    healthChecks: 40,
  },
}

function missed(figures: StreamFigures): string[] {
  return judge(figures)
    .filter(({ met }) => !met)
    .map(({ what }) => what)
}

test('processor time is told for each event, memory for each viewer', () => {
  expect(cpuPerMessage(BARE)).toBeCloseTo(20)
  expect(perViewerKb(BARE, BARE.rssPeak)).toBeCloseTo(12)
})

test('good figures meet every target', () => {
  expect(missed(GOOD)).toEqual([])
})

test('as dear as better-sse is not below it', () => {
  const load = { ...GOOD.load, espejo: { ...GOOD.load.espejo, cpuSeconds: 1.2 } }
  expect(missed({ ...GOOD, load })).toEqual(['CPU per message ÷ bare http', 'CPU per message ÷ better-sse'])
})

test('stalled viewers that are never cut, and health that never answers, are misses', () => {
  const stalled = { ...GOOD.stalled, cutAfterMs: null }
  const storm = { ...GOOD.storm, healthMaxMs: Number.POSITIVE_INFINITY }
  expect(missed({ ...GOOD, stalled, storm })).toEqual([
    'stalled viewers cut after',
    'storm: slowest health check',
  ])
})

test('one ending that was missed is a miss', () => {
  expect(missed({ ...GOOD, storm: { ...GOOD.storm, withoutEnding: 1 } })).toEqual([
    'storm: viewers without their ending',
  ])
})
