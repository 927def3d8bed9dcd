import { expect, test } from 'vitest'
import type { Round } from './round.js'
import { judge } from './targets.js'

const requests = { full: 261, pages: 250, lists: 8, afterTen: 3, afterThousand: 9 }

test('each ratio is the median of the ratios of the rounds', () => {
  // The second round ran on a machine half as fast throughout, which no ratio may show.
  const [none, all] = judge([round(1.05, 1.2, 1), round(2.1, 2.4, 2)], requests)
  expect(none).toMatchObject({ value: 1.05, met: true })
  expect(all).toMatchObject({ value: 1.2, met: false })
})

test('counts the requests of a full run beside its pages and lists', () => {
  const verdicts = judge([round(1, 1, 1)], requests)
  expect(verdicts.find(({ what }) => what.startsWith('full run'))).toMatchObject({ value: 3, met: true })
  expect(verdicts.at(-1)).toMatchObject({ value: 9, met: false })
})

function round(none: number, all: number, alone: number): Round {
  const of = (seconds: number) => ({
    ...{ rows: 1, seconds, cpuSeconds: 1, peakRssBytes: 1 },
    ...{ requests: 10, productRows: 0, walBytes: 0 },
  })
  return { engineNone: of(none), engineNew: of(all), pagesAlone: of(alone) }
}
