import { expect, test } from 'vitest'
import { type Measurement, median, type Round, STAGES, type Stage } from './measurement.js'
import { judge, judgeMemory } from './targets.js'

test('each ratio is the median of the ratios of the rounds', () => {
  // The second round ran on a machine half as fast throughout, which no ratio may show.
  const rounds = [round({ engineNone: 600, readFloor: 1000 }), round({ engineNone: 300, readFloor: 500 })]
  expect(verdict(rounds, 'none changed ÷ read floor')).toMatchObject({ value: 0.6, met: true })
})

test('a ratio below its bound is missed', () => {
  const rounds = [round({ engineNew: 149, rowByRowNew: 10 })]
  expect(verdict(rounds, 'all new ÷ row by row')).toMatchObject({ value: 14.9, met: false })
})

test('one product row written by any round without changes is a miss', () => {
  const spoilt = round({})
  spoilt.engineNone.productRows = 1
  expect(verdict([round({}), spoilt], 'product rows written, none changed').met).toBe(false)
  expect(verdict([round({})], 'product rows written, none changed').met).toBe(true)
})

test('ratios without a target are reported and not judged', () => {
  expect(verdict([round({})], '5 % changed ÷ read floor')).toMatchObject({ target: null, met: null })
})

test('memory may grow by up to 64 MiB from the small catalogue to the large one', () => {
  const small = 100 * 2 ** 20
  expect(judgeMemory(small, small + 64 * 2 ** 20)).toMatchObject({ value: 64, met: true })
  expect(judgeMemory(small, small + 65 * 2 ** 20)).toMatchObject({ value: 65, met: false })
})

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(() => median([])).toThrow(RangeError)
})

function verdict(rounds: Round[], what: string) {
  const found = judge(rounds).find((one) => one.what === what)
  if (!found) throw new Error(`There is no verdict on "${what}".`)
  return found
}

/** A round in which a second took each stage through so many rows; 1000 where nothing is said. */
function round(rows: Partial<Record<Stage, number>>): Round {
  const stages = Object.keys(STAGES) as Stage[]
  return Object.fromEntries(stages.map((stage) => [stage, measurement(rows[stage] ?? 1000)])) as Round
}

function measurement(rows: number): Measurement {
  return { rows, seconds: 1, cpuSeconds: 1, peakRssBytes: 1, requests: 1, productRows: 0, walBytes: 0 }
}
