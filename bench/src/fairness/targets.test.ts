import { expect, test } from 'vitest'
import type { BatchFigures } from './measure-batch.js'
import { type FairnessFigures, judge } from './targets.js'

test('a wait is judged by the fair turn, a delay by the length of a run', () => {
  const figures = served({ waitMax: 12, fairMax: 10, lateP99: 3, run: 2 })
  expect(verdict(figures, 'longest wait ÷ its fair turn')).toMatchObject({ value: 1.2, met: true })
  expect(verdict(figures, 'late for the fair turn, p99 ÷ a small run')).toMatchObject({
    value: 1.5,
    met: false,
  })
})

test('the giant has one slot and leaves the others their pace', () => {
  const figures = served({ mostOfOne: 2, perSecond: 8 })
  expect(verdict(figures, 'most runs at once of one tenant, the giant included').met).toBe(false)
  expect(verdict(figures, 'small runs a second, with the giant ÷ without')).toMatchObject({
    value: 0.8,
    met: null,
  })
})

test('small ones that did not start beside hanging ones are a miss', () => {
  const figures = served({})
  expect(verdict(figures, 'beside 100 that hang: small ones not started')).toMatchObject({
    value: 3,
    met: false,
  })
})

function verdict(figures: FairnessFigures, what: string) {
  const found = judge(figures).find((one) => one.what === what)
  if (!found) throw new Error(`There is no verdict on "${what}".`)
  return found
}

/** A batch that was served well but for `odd`. */
function served(odd: Partial<BatchFigures>): FairnessFigures {
  const alone: BatchFigures = {
    ...{ runs: 1000, failed: 0, most: 100, mostOfOne: 1, overtakenBy: 0, workerCpu: 1 },
    ...{ starting: 1, seconds: 100, perSecond: 10, run: 1 },
    ...{ waitP50: 1, waitP99: 1, waitMax: 1, fairMax: 1, lateP50: 0, lateP99: 0, lateMax: 0 },
  }
  return {
    alone: [alone, alone],
    besideGiant: { ...alone, ...odd },
    giant: { products: 1_000_000, seen: 1000, seconds: 100 },
    besideHanging: [
      { hanging: 100, small: 50, started: 47, waitP50: 1, waitMax: 20, cpuEach: 0.001, rssEach: 50_000 },
    ],
  }
}
