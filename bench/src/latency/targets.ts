import { atMost, info, type Verdict } from '../rig/verdicts.js'
import { median } from '../sync/measurement.js'
import type { RequestFigures } from './request-counts.js'
import { LATENCY_MS, type Round, type Stage } from './round.js'

/** Each ratio is the median of the rounds' ratios: within a round, noise affects both sides. */
export function judge(rounds: readonly Round[], requests: RequestFigures): Verdict[] {
  const ratio = (stage: Stage) =>
    median(rounds.map((round) => round[stage].seconds / round.pagesAlone.seconds))
  const different = (stage: Stage) =>
    Math.max(...rounds.map((round) => Math.abs(round[stage].requests - round.pagesAlone.requests)))
  const { full, pages, lists, afterTen, afterThousand } = requests
  return [
    atMost('none changed ÷ the pages alone', 1.1, ratio('engineNone'), '×'),
    atMost('all new ÷ the pages alone', 1.1, ratio('engineNew'), '×'),
    info('the pages alone ÷ their latencies', overLatencies(rounds)),
    atMost(
      'requests that only one side sends',
      0,
      Math.max(different('engineNone'), different('engineNew')),
      '',
    ),
    atMost('full run: requests beside pages and lists', 3, full - pages - lists, ''),
    atMost('incremental run, 10 changed: requests', 3, afterTen, ''),
    atMost('incremental run, 1,000 changed: requests', 8, afterThousand, ''),
  ]
}

/** Baseline time over the pure latencies: transfer, decoding and the simulator's own work. */
function overLatencies(rounds: readonly Round[]): number {
  return median(
    rounds.map(({ pagesAlone: { seconds, requests } }) => seconds / ((requests * LATENCY_MS) / 1000)),
  )
}
