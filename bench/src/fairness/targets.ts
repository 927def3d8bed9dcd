import { atMost, info, type Verdict } from '../rig/verdicts.js'
import type { GiantFigures } from './giant.js'
import type { HangingFigures } from './hanging.js'
import type { BatchFigures } from './measure-batch.js'
import { SLOTS } from './runs.js'

export interface FairnessFigures {
  /** Before and after the giant, so that other load on the machine affects both. */
  alone: [BatchFigures, BatchFigures]
  besideGiant: BatchFigures
  giant: GiantFigures
  /** With a growing number of tenants whose ERP hangs. */
  besideHanging: HangingFigures[]
}

export function judge({ alone, besideGiant, giant, besideHanging }: FairnessFigures): Verdict[] {
  const { waitMax, fairMax, lateP99, run } = besideGiant
  const batches = [...alone, besideGiant]
  const perSecondAlone = (alone[0].perSecond + alone[1].perSecond) / 2
  return [
    atMost('runs that failed', 0, sum(batches.map(({ failed }) => failed)), 'runs'),
    atMost('most runs at once', SLOTS, Math.max(...batches.map(({ most }) => most)), 'runs'),
    atMost('most runs at once of one tenant, the giant included', 1, besideGiant.mostOfOne, 'runs'),
    atMost('overtaken by', SLOTS, besideGiant.overtakenBy, 'runs'),
    atMost('longest wait ÷ its fair turn', 1.25, waitMax / fairMax, '×'),
    atMost('late for the fair turn, p99 ÷ a small run', 1, lateP99 / run, '×'),
    // No target: the order in the queue is guaranteed, a share of the processor is not.
    info('small runs a second, with the giant ÷ without', besideGiant.perSecond / perSecondAlone),
    info('products of the giant a second meanwhile', giant.seen / giant.seconds, ''),
    ...besideHanging.flatMap(({ hanging, small, started, waitMax: longest }) => [
      atMost(`beside ${hanging} that hang: small ones not started`, 0, small - started, 'runs'),
      atMost(`beside ${hanging} that hang: longest wait`, 2, longest, 's'),
    ]),
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
