import { formatNumber, formatTable } from './table.js'

/** A measured figure, and whether it meets its target. */
export interface Verdict {
  what: string
  /** Null: the figure is reported without a target. */
  target: { bound: number; side: 'at least' | 'at most' } | null
  value: number
  unit: Unit
  /** Null where there is no target. */
  met: boolean | null
}

/** Ratios are shown with two decimals, sizes and times with one, counts with none. */
export type Unit = keyof typeof DECIMALS

const DECIMALS = { '×': 2, MiB: 1, s: 1, '': 0, rows: 0, requests: 0, runs: 0 } as const

/** A figure that must be at least `bound`. */
export function atLeast(what: string, bound: number, value: number, unit: Unit = '×'): Verdict {
  return { what, target: { bound, side: 'at least' }, value, unit, met: value >= bound }
}

/** A figure that must be at most `bound`. */
export function atMost(what: string, bound: number, value: number, unit: Unit): Verdict {
  return { what, target: { bound, side: 'at most' }, value, unit, met: value <= bound }
}

/** A figure without a target, which explains others. */
export function info(what: string, value: number, unit: Unit = '×'): Verdict {
  return { what, target: null, value, unit, met: null }
}

export function verdictsTable(verdicts: readonly Verdict[]): string {
  return formatTable(
    ['', 'measured', 'target', ''],
    verdicts.map(({ what, value, unit, target, met }) => [
      what,
      withUnit(value, unit),
      target ? `${target.side} ${withUnit(target.bound, unit)}` : '',
      met === null ? '' : met ? 'met' : 'MISSED',
    ]),
  )
}

function withUnit(value: number, unit: Unit): string {
  return `${formatNumber(value, DECIMALS[unit])} ${unit}`.trimEnd()
}
