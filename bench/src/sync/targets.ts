import { atLeast, atMost, info, type Verdict } from '../rig/verdicts.js'
import { median, type Round, rowsPerSecond, type Stage } from './measurement.js'

/** Most memory that a catalogue a hundred times larger may add to the worker. */
const MEMORY_MARGIN_MIB = 64

/** Each ratio is the median of the rounds' ratios: within a round, noise affects both sides. */
export function judge(rounds: readonly Round[]): Verdict[] {
  const ratio = (above: Stage, below: Stage) =>
    median(rounds.map((round) => rowsPerSecond(round[above]) / rowsPerSecond(round[below])))
  return [
    atLeast('all new ÷ row by row', 15, ratio('engineNew', 'rowByRowNew')),
    atLeast('all new ÷ write floor', 0.5, ratio('engineNew', 'writeFloor')),
    atLeast('none changed ÷ read floor', 0.6, ratio('engineNone', 'readFloor')),
    info('5 % changed ÷ read floor', ratio('engineChanged', 'readFloor')),
    info('none changed ÷ row by row, none changed', ratio('engineNone', 'rowByRowNone')),
    atMost(
      'product rows written, none changed',
      0,
      Math.max(...rounds.map((round) => round.engineNone.productRows)),
      'rows',
    ),
  ]
}

/** Peaks of the worker's resident memory, in bytes, over a small and a large catalogue. */
export function judgeMemory(small: number, large: number): Verdict {
  return atMost('peak memory, large − small', MEMORY_MARGIN_MIB, (large - small) / 2 ** 20, 'MiB')
}
