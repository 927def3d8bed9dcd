import { formatNumber, formatTable } from '../rig/table.js'
import type { HangingFigures } from './hanging.js'
import type { CrowdFigures } from './measure-batch.js'

/** Seconds, but for the counts. */
export function crowdsTable(crowds: readonly (readonly [string, CrowdFigures])[]): string {
  const head = ['small tenants', 'runs', 'runs/s', 'a run', 'worker CPU']
  const waits = ['wait p50', 'p99', 'max', 'fair', 'late p50', 'p99', 'max', 'overtaken by']
  return formatTable(
    [...head, ...waits],
    crowds.map(([name, crowd]) => [
      name,
      formatNumber(crowd.runs),
      formatNumber(crowd.perSecond, 1),
      formatNumber(crowd.run, 1),
      formatNumber(crowd.workerCpu, 1),
      formatNumber(crowd.waitP50, 1),
      formatNumber(crowd.waitP99, 1),
      formatNumber(crowd.waitMax, 1),
      formatNumber(crowd.fairMax, 1),
      formatNumber(crowd.lateP50, 1),
      formatNumber(crowd.lateP99, 1),
      formatNumber(crowd.lateMax, 1),
      formatNumber(crowd.overtakenBy),
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
