import { formatMiB, formatNumber, formatTable } from '../rig/table.js'
import { type Measurement, medianOf, type Round, rowsPerSecond, STAGES, type Stage } from './measurement.js'
import type { Verdict } from './targets.js'

const HEAD = ['', 'rows/s', 'rows', 'seconds', 'CPU s', 'requests', 'rows written', 'WAL', 'peak RSS']

/** The stages of all rounds as a table. */
export function stagesTable(rounds: readonly Round[]): string {
  const stages = Object.entries(STAGES) as [Stage, string][]
  return measurementsTable(stages.map(([stage, name]) => [name, medianOf(rounds, stage)]))
}

export function measurementsTable(measured: readonly (readonly [string, Measurement])[]): string {
  return formatTable(
    HEAD,
    measured.map(([name, m]) => [
      name,
      formatNumber(rowsPerSecond(m)),
      formatNumber(m.rows),
      formatNumber(m.seconds, 2),
      formatNumber(m.cpuSeconds, 2),
      formatNumber(m.requests),
      formatNumber(m.productRows),
      formatMiB(m.walBytes),
      formatMiB(m.peakRssBytes),
    ]),
  )
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

function withUnit(value: number, unit: Verdict['unit']): string {
  return `${formatNumber(value, unit === '×' ? 2 : unit === 'MiB' ? 1 : 0)} ${unit}`
}
