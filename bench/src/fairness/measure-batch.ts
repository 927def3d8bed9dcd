import { median } from '../sync/measurement.js'
import { percentile, queueWaits, type RunTimes } from './queue-waits.js'
import type { FairnessRig } from './rig.js'
import { type Occupation, readRunTimes, SLOTS, type StartedRun, startRuns, waitForEnd } from './runs.js'

/** The figures of a batch of small runs. Times in seconds. */
export interface BatchFigures extends Occupation {
  runs: number
  failed: number
  /** Time in which all runs were started. */
  starting: number
  /** From the first request to the last ending. */
  seconds: number
  /** Runs a second while every slot was taken: see {@link rate}. */
  perSecond: number
  /** Median of the small runs, from start to ending. */
  run: number
  waitP50: number
  waitP99: number
  waitMax: number
  /** Fair wait of the run that waited longest. */
  fairMax: number
  /** From the fair start to the actual one. */
  lateP50: number
  lateP99: number
  lateMax: number
  /** Most runs that overtook one run. */
  overtakenBy: number
  workerCpu: number
}

/**
 * Starts a run of each tenant and waits for their ends.
 *
 * @param before runs that were started before and may be active
 * @throws when not all have ended in time
 */
export async function measureBatch(
  rig: FairnessRig,
  tenants: readonly string[],
  before: readonly StartedRun[],
  signal: AbortSignal,
): Promise<BatchFigures> {
  const cpu = await rig.worker.call('sample', undefined)
  const started = await startRuns(rig, tenants)
  const occupation = await waitForEnd(rig, started, TIMEOUT_S, signal)
  const { cpuSeconds } = await rig.worker.call('sample', undefined)
  const { times, now } = await readRunTimes(rig, [...before, ...started])
  const own = await readRunTimes(rig, started)
  const requested = own.times.map((run) => run.requestedAt)
  const ended = own.times.map((run) => run.ended ?? Number.NaN)
  const runs = own.times.map((run) => (run.ended ?? Number.NaN) - (run.started ?? Number.NaN))
  if (ended.some(Number.isNaN)) throw new Error(`Not all runs have ended after ${TIMEOUT_S} s.`)
  const served = queueWaits(times, SLOTS, now).slice(before.length)
  const waited = served.map((wait) => wait.waited)
  const late = served.map((wait) => Math.max(0, wait.waited - wait.fair))
  const longest = served.reduce((a, b) => (b.waited > a.waited ? b : a))
  return {
    ...occupation,
    runs: runs.length,
    failed: own.failed,
    starting: Math.max(...requested) - Math.min(...requested),
    seconds: Math.max(...ended) - Math.min(...requested),
    perSecond: rate(own.times),
    run: median(runs),
    waitP50: percentile(waited, 0.5),
    waitP99: percentile(waited, 0.99),
    waitMax: longest.waited,
    fairMax: longest.fair,
    lateP50: percentile(late, 0.5),
    lateP99: percentile(late, 0.99),
    lateMax: Math.max(...late),
    overtakenBy: Math.max(...served.map((wait) => wait.overtakenBy)),
    workerCpu: cpuSeconds - cpu.cpuSeconds,
  }
}

/**
 * Endings per second, from the end of the first wave, which fills all slots at once, until the last run has its slot.
 * With fewer runs than that, over the whole time.
 */
function rate(times: readonly RunTimes[]): number {
  const ended = times.map((run) => run.ended ?? Number.NaN).sort((a, b) => a - b)
  const from = ended[SLOTS - 1] ?? Number.POSITIVE_INFINITY
  const to = Math.max(...times.map(({ started }) => started ?? Number.NaN))
  if (to > from) return ended.filter((at) => at > from && at <= to).length / (to - from)
  return times.length / (Math.max(...ended) - Math.min(...times.map(({ requestedAt }) => requestedAt)))
}

const TIMEOUT_S = 180
