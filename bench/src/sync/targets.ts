import { median, type Round, rowsPerSecond, type Stage } from './measurement.js'

/** What the engine is held to, and how it did. */
export interface Verdict {
  what: string
  /** The bound, and on which side of it is good. Null: told, not held to. */
  target: { bound: number; side: 'at least' | 'at most' } | null
  value: number
  unit: '×' | 'rows' | 'MiB'
  /** Null where there is no target. */
  met: boolean | null
}

/** Most that a catalogue a hundred times larger may add to the worker's memory. */
const MEMORY_MARGIN_MIB = 64

/** Ratios are taken within each round, where noise is common to both sides; then the median of these. */
export function judge(rounds: readonly Round[]): Verdict[] {
  const ratio = (above: Stage, below: Stage) =>
    median(rounds.map((round) => rowsPerSecond(round[above]) / rowsPerSecond(round[below])))
  return [
    atLeast('all new ÷ row by row', 15, ratio('engineNew', 'rowByRowNew')),
    atLeast('all new ÷ write floor', 0.5, ratio('engineNew', 'writeFloor')),
    atLeast('none changed ÷ read floor', 0.6, ratio('engineNone', 'readFloor')),
    told('5 % changed ÷ read floor', ratio('engineChanged', 'readFloor')),
    told('none changed ÷ row by row, none changed', ratio('engineNone', 'rowByRowNone')),
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

function atLeast(what: string, bound: number, value: number): Verdict {
  return { what, target: { bound, side: 'at least' }, value, unit: '×', met: value >= bound }
}

function atMost(what: string, bound: number, value: number, unit: Verdict['unit']): Verdict {
  return { what, target: { bound, side: 'at most' }, value, unit, met: value <= bound }
}

function told(what: string, value: number): Verdict {
  return { what, target: null, value, unit: '×', met: null }
}
