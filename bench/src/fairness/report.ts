import { formatNumber, formatTable } from '../rig/table.js'
import type { HangingFigures } from './hanging.js'
import type { BatchFigures } from './measure-batch.js'

/** Seconds, but for the counts. */
export function batchesTable(batches: readonly (readonly [string, BatchFigures])[]): string {
  const head = ['small tenants', 'runs', 'runs/s', 'a run', 'worker CPU']
  const waits = ['wait p50', 'p99', 'max', 'fair', 'late p50', 'p99', 'max', 'overtaken by']
  return formatTable(
    [...head, ...waits],
    batches.map(([name, batch]) => [
      name,
      formatNumber(batch.runs),
      formatNumber(batch.perSecond, 1),
      formatNumber(batch.run, 1),
      formatNumber(batch.workerCpu, 1),
      formatNumber(batch.waitP50, 1),
      formatNumber(batch.waitP99, 1),
      formatNumber(batch.waitMax, 1),
      formatNumber(batch.fairMax, 1),
      formatNumber(batch.lateP50, 1),
      formatNumber(batch.lateP99, 1),
      formatNumber(batch.lateMax, 1),
      formatNumber(batch.overtakenBy),
    ]),
  )
}

/** Waits in seconds. */
export function hangingTable(figures: readonly HangingFigures[]): string {
  return formatTable(
    ['small tenants', 'started', 'of', 'wait p50', 'max', 'CPU ms/s a hanging run', 'KB a hanging run'],
    figures.map((one) => [
      `beside ${one.hanging} whose ERP hangs`,
      formatNumber(one.started),
      formatNumber(one.small),
      formatNumber(one.waitP50, 1),
      formatNumber(one.waitMax, 1),
      formatNumber(one.cpuEach * 1000, 1),
      formatNumber(one.rssEach / 1024),
    ]),
  )
}
