import type { LoadFigures } from './load.js'
import type { ServerName } from './servers.js'
import type { StalledFigures } from './stalled.js'
import type { StormFigures } from './storm.js'

export interface StreamFigures {
  load: Record<ServerName, LoadFigures>
  stalled: StalledFigures
  storm: StormFigures
}

/** A target of the stream, and whether it is met. */
export interface Verdict {
  what: string
  value: number
  unit: Unit
  target: { bound: number; side: 'at most' | 'below' }
  met: boolean
}

export type Unit = '' | '×' | 'ms' | 'KB'

export function judge({ load, stalled, storm }: StreamFigures): Verdict[] {
  const { espejo, bare, betterSse } = load
  return [
    atMost('delivery p99', 500, espejo.p99Ms, 'ms'),
    atMost('resident per viewer, connected', 16, perViewerKb(espejo, espejo.rssConnected), 'KB'),
    atMost('resident per viewer, peak under load', 16, perViewerKb(espejo, espejo.rssPeak), 'KB'),
    atMost('CPU per message ÷ bare http', 1.3, cpuPerMessage(espejo) / cpuPerMessage(bare), '×'),
    below('CPU per message ÷ better-sse', 1, cpuPerMessage(espejo) / cpuPerMessage(betterSse), '×'),
    atMost('held for each stalled viewer', 64, stalled.heldEach / 1024, 'KB'),
    atMost('delivery p99 of the others beside them', 500, stalled.others.p99Ms, 'ms'),
    atMost('stalled viewers cut after', 35_000, stalled.cutAfterMs ?? Number.POSITIVE_INFINITY, 'ms'),
    atMost('storm: viewers without their ending', 0, storm.withoutEnding, ''),
    atMost('storm: events seen twice', 0, storm.repeats, ''),
    atMost('storm: most frames after the return', 2, storm.mostFrames, ''),
    atMost('storm: start or reset repeated', 0, storm.starts + storm.resets, ''),
    atMost('storm: slowest health check', 1000, storm.healthMaxMs, 'ms'),
  ]
}

/** Microseconds of the server's processor time per delivered event. */
export function cpuPerMessage({ cpuSeconds, frames }: LoadFigures): number {
  return (cpuSeconds * 1e6) / frames
}

/** Resident memory that each viewer added to the server, in KB. */
export function perViewerKb({ rssBefore, viewers }: LoadFigures, rssBytes: number): number {
  return (rssBytes - rssBefore) / viewers / 1024
}

function atMost(what: string, bound: number, value: number, unit: Unit): Verdict {
  return { what, value, unit, target: { bound, side: 'at most' }, met: value <= bound }
}

function below(what: string, bound: number, value: number, unit: Unit): Verdict {
  return { what, value, unit, target: { bound, side: 'below' }, met: value < bound }
}
