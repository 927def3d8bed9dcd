import { median } from '../sync/measurement.js'
import { type Occupation, type Pressed, pressAll, readTurns, SLOTS, untilEnded } from './runs.js'
import type { FairnessRig } from './rig.js'
import { percentile, type Turn, waits } from './queue-waits.js'

/** A crowd of small tenants, served. Times in seconds. */
export interface CrowdFigures extends Occupation {
  runs: number
  failed: number
  /** How long it took to press all buttons. */
  pressing: number
  /** From the first button to the last ending. */
  seconds: number
  /** Runs a second while every slot was taken: see {@link rate}. */
  perSecond: number
  /** Median of the small runs, from start to ending. */
  run: number
  waitP50: number
  waitP99: number
  waitMax: number
  /** What the one who waited longest had to wait in all fairness. */
  fairMax: number
  /** Starts after the fair turn. */
  lateP50: number
  lateP99: number
  lateMax: number
  /** Most that anybody was overtaken by. */
  overtakenBy: number
  workerCpu: number
}

/**
 * All of these press the button; behind those of `before`, who did and whose runs may be still under way.
 *
 * @throws when not all have ended within the bench's patience
 */
export async function measureCrowd(
  rig: FairnessRig,
  tenants: readonly string[],
  before: readonly Pressed[],
  signal: AbortSignal,
): Promise<CrowdFigures> {
  const cpu = await rig.worker.call('sample', undefined)
  const pressed = await pressAll(rig, tenants)
  const occupation = await untilEnded(rig, pressed, PATIENCE_S, signal)
  const { cpuSeconds } = await rig.worker.call('sample', undefined)
  const { turns, now } = await readTurns(rig, [...before, ...pressed])
  const own = await readTurns(rig, pressed)
  const asked = own.turns.map((turn) => turn.asked)
  const ended = own.turns.map((turn) => turn.ended ?? Number.NaN)
  const runs = own.turns.map((turn) => (turn.ended ?? Number.NaN) - (turn.started ?? Number.NaN))
  if (ended.some(Number.isNaN)) throw new Error(`Not all runs have ended after ${PATIENCE_S} s.`)
  const served = waits(turns, SLOTS, now).slice(before.length)
  const waited = served.map((wait) => wait.waited)
  const late = served.map((wait) => Math.max(0, wait.waited - wait.fair))
  const longest = served.reduce((a, b) => (b.waited > a.waited ? b : a))
  return {
    ...occupation,
    runs: runs.length,
    failed: own.failed,
    pressing: Math.max(...asked) - Math.min(...asked),
    seconds: Math.max(...ended) - Math.min(...asked),
    perSecond: rate(own.turns),
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
 * Endings a second from when the first wave is over, which fills all slots at once and ends together, until
 * the last run has its slot. Where there never were so many runs, over the whole time.
 */
function rate(turns: readonly Turn[]): number {
  const ended = turns.map((turn) => turn.ended ?? Number.NaN).sort((a, b) => a - b)
  const from = ended[SLOTS - 1] ?? Number.POSITIVE_INFINITY
  const to = Math.max(...turns.map(({ started }) => started ?? Number.NaN))
  if (to > from) return ended.filter((at) => at > from && at <= to).length / (to - from)
  return turns.length / (Math.max(...ended) - Math.min(...turns.map(({ asked }) => asked)))
}

const PATIENCE_S = 180
