import { formatMiB, formatNumber, formatTable } from '../rig/table.js'
import { type LoadFigures, PER_SECOND } from './load.js'
import { SERVERS, type ServerName } from './servers.js'
import type { StormFigures } from './storm.js'
import { cpuPerMessage, perViewerKb, type StreamFigures, type Unit, type Verdict } from './targets.js'

export function loadTable(load: StreamFigures['load']): string {
  const names = Object.entries(SERVERS) as [ServerName, string][]
  return formatTable(
    [
      '',
      'events/s',
      'of offered',
      'p50 ms',
      'p99 ms',
      'max ms',
      'client lag',
      'CPU',
      'µs/event',
      'RSS before',
      'held KB/viewer',
      'KB/viewer',
      'under load',
    ],
    names.map(([who, name]) => loadRow(name, load[who])),
  )
}

function loadRow(name: string, figures: LoadFigures): string[] {
  const perSecond = figures.frames / figures.seconds
  return [
    name,
    formatNumber(perSecond),
    `${formatNumber((100 * perSecond) / (figures.viewers * PER_SECOND))} %`,
    formatNumber(figures.p50Ms, 1),
    formatNumber(figures.p99Ms, 1),
    formatNumber(figures.maxMs, 1),
    formatNumber(figures.clientLagP99Ms, 1),
    `${formatNumber((100 * figures.cpuSeconds) / figures.seconds)} %`,
    formatNumber(cpuPerMessage(figures), 1),
    formatMiB(figures.rssBefore),
    formatNumber(figures.heldBytes / figures.viewers / 1024, 1),
    formatNumber(perViewerKb(figures, figures.rssConnected), 1),
    formatNumber(perViewerKb(figures, figures.rssPeak), 1),
  ]
}

export function stormLine({ viewers, reconnected, healthChecks }: StormFigures): string {
  const { back, halfMs, lastMs, retries } = reconnected
  return `storm: ${formatNumber(back)} of ${formatNumber(viewers)} viewers came back; half after ${asMs(halfMs)}, the last after ${asMs(lastMs)}, with ${formatNumber(retries)} retries; ${healthChecks} health checks`
}

function asMs(ms: number | null): string {
  return ms === null ? '(too long)' : `${formatNumber(ms)} ms`
}

export function verdictsTable(verdicts: readonly Verdict[]): string {
  return formatTable(
    ['espejo', 'measured', 'target', ''],
    verdicts.map(({ what, value, unit, target, met }) => [
      what,
      withUnit(value, unit),
      `${target.side} ${withUnit(target.bound, unit)}`,
      met ? 'met' : 'MISSED',
    ]),
  )
}

function withUnit(value: number, unit: Unit): string {
  return `${formatNumber(value, unit === '×' ? 2 : unit === 'KB' ? 1 : 0)} ${unit}`.trimEnd()
}
