import type { Options } from '../options.js'
import { print } from '../report.js'
import { buildRig } from '../rig/rig.js'
import { RoundsBroken } from '../rounds.js'
import { type LiesStage, playLies } from './lies-round.js'
import { drawLiesPlan, type Focus, type LiesPlan } from './plan.js'
import { BROKEN, createTally, endingOf } from './tally.js'

/**
 * Rounds of lies, `atOnce` at a time on one database and one worker process, one line each.
 * @throws {@link RoundsBroken} at the end, when any broke.
 */
export async function runLies(options: Options, focus: Focus, signal: AbortSignal): Promise<void> {
  const { seed, count, atOnce, verbose } = options
  const rig = await buildRig(1, { ESPEJO_RUNS_AT_ONCE: String(atOnce), LOG_LEVEL: 'warn' })
  const tally = createTally()
  const broken: number[] = []
  const started = performance.now()
  let next = seed
  try {
    const on = shareGate(rig)
    const play = async (round: number) => {
      const plan = drawLiesPlan(round, focus)
      const since = performance.now()
      const seconds = () => `${((performance.now() - since) / 1000).toFixed(1)} s`
      if (verbose) print(describe(plan))
      let told: boolean[] = []
      const name = `${focus === 'any' ? 'l' : 'b'}${round}`
      const onTold = (lies: boolean[]) => {
        told = lies
      }
      try {
        const run = await playLies(rig, plan, { name, on, onTold })
        tally.count(plan, endingOf(run), told)
        print(`seed ${round} ok  ${seconds()}  ${sketch(plan)} → ${endingOf(run)}`)
      } catch (error) {
        tally.count(plan, BROKEN, told)
        broken.push(round)
        const flag = focus === 'any' ? '--lies' : '--by-id-lies'
        print(
          `seed ${round} BROKEN  ${seconds()}  ${sketch(plan)}\n  ${error instanceof Error ? error.message : error}\n` +
            `${describe(plan)}\n  replay: npm run chaos -- ${flag} 1 --seed ${round} --verbose`,
        )
      }
    }
    const takeRounds = async () => {
      while (next < seed + count && !signal.aborted) await play(next++)
    }
    await Promise.all(Array.from({ length: atOnce }, takeRounds))
    for (const casualty of rig.workers.casualties()) print(`note: ${casualty}`)
  } finally {
    await rig.stop()
  }
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  print(`${next - seed} rounds in ${minutes} min, ${broken.length} broken`)
  for (const line of tally.lines()) print(line)
  if (broken.length > 0) {
    const seeds = broken.sort((a, b) => a - b).join(' ')
    throw new RoundsBroken(`${broken.length} rounds broke: ${seeds}`)
  }
}

/** Many rounds at once behind one gate: each hears of its own tenant's requests. */
function shareGate({ gate }: Awaited<ReturnType<typeof buildRig>>): LiesStage['on'] {
  const listeners = new Map<string, (nth: number) => void>()
  gate.onRequest(({ cuenta, nth }) => listeners.get(cuenta)?.(nth))
  return (cuenta, listener) => {
    if (listener) listeners.set(cuenta, listener)
    else listeners.delete(cuenta)
  }
}

function sketch({ mode, dialect, products, pageSize, lies }: LiesPlan): string {
  const told = lies.map(({ name, frequency }) => `${name}/${frequency}`).join(', ')
  return `${mode} ${dialect} ${products} by ${pageSize}: ${told}`
}

function describe({ seed, lies, ...plan }: LiesPlan): string {
  const told = lies.map(({ name, fault }) => `  lie: ${name} ${JSON.stringify(fault)}`)
  return [`  seed ${seed}: ${JSON.stringify(plan)}`, ...told].join('\n')
}
