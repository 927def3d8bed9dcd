import { formatMiB, formatNumber, formatTable } from '../rig/table.js'
import { type Measurement, medianOf, type Round, rowsPerSecond, STAGES, type Stage } from './measurement.js'

const HEAD = ['', 'rows/s', 'rows', 'seconds', 'CPU s', 'requests', 'rows written', 'WAL', 'peak RSS']

/** The stages of all rounds as a table. */
export function stagesTable(rounds: readonly Round[]): string {
  const stages = Object.entries(STAGES) as [Stage, string][]
  return measurementsTable(
    stages.map(([stage, name]) => [name, medianOf(rounds.map((round) => round[stage]))]),
  )
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
