import type { JobReport } from '../rig/child-job.js'

/** A measured job: the report of its process, and the figures of the simulator and PostgreSQL. */
export interface Measurement extends JobReport {
  rows: number
  /** Requests to the simulator. */
  requests: number
  /** Rows inserted into, updated in or deleted from the products table. */
  productRows: number
  /** Write-ahead log of the whole server meanwhile. */
  walBytes: number
}

/** The stages, in the order of the report. */
export const STAGES = {
  rowByRowNew: 'row by row, all new',
  rowByRowNone: 'row by row, none changed',
  readFloor: 'read floor',
  writeFloor: 'write floor, all new',
  engineNew: 'engine, all new',
  engineChanged: 'engine, 5 % changed',
  engineNone: 'engine, none changed',
} as const

export type Stage = keyof typeof STAGES

/** Each stage, measured once. */
export type Round = Record<Stage, Measurement>

export function rowsPerSecond({ rows, seconds }: Pick<Measurement, 'rows' | 'seconds'>): number {
  return rows / seconds
}

/** The middle of the values; of an even number of them, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)]
  const high = sorted[Math.floor(sorted.length / 2)]
  if (low === undefined || high === undefined) throw new RangeError('There is no median of nothing.')
  return (low + high) / 2
}

/** The same stage of several rounds, each figure the median of its own. */
export function medianOf(measured: readonly Measurement[]): Measurement {
  const of = (figure: keyof Measurement) => median(measured.map((one) => one[figure]))
  return {
    rows: of('rows'),
    seconds: of('seconds'),
    cpuSeconds: of('cpuSeconds'),
    peakRssBytes: of('peakRssBytes'),
    requests: of('requests'),
    productRows: of('productRows'),
    walBytes: of('walBytes'),
  }
}
