import type { Options } from '../options.js'
import { print } from '../report.js'
import { buildRig } from '../rig/rig.js'
import { RoundsBroken } from '../rounds.js'
import { type LiesRoundContext, runLiesRound } from './lies-round.js'
import { drawLiesPlan, type Focus, type LiesPlan } from './plan.js'
import { BROKEN, createTally, endingOf } from './tally.js'

/**
 * Runs rounds of lies, `atOnce` of them concurrently on one database and one worker process, and prints a line for
 * each.
 * @throws {@link RoundsBroken} at the end, when any round broke an invariant
 */
export async function runLies(options: Options, focus: Focus, signal: AbortSignal): Promise<void> {
  const { seed, count, atOnce, verbose } = options
  const rig = await buildRig(1, { ESPEJO_RUNS_AT_ONCE: String(atOnce), LOG_LEVEL: 'warn' })
  const tally = createTally()
  const broken: number[] = []
  const started = performance.now()
  let next = seed
  try {
    const on = shareErpProxy(rig)
    const runRound = async (round: number) => {
      const plan = drawLiesPlan(round, focus)
      const since = performance.now()
      const seconds = () => `${((performance.now() - since) / 1000).toFixed(1)} s`
      if (verbose) print(describe(plan))
      let injected: boolean[] = []
      const name = `${focus === 'any' ? 'l' : 'b'}${round}`
      const onInjected = (lies: boolean[]) => {
        injected = lies
      }
      try {
        const run = await runLiesRound(rig, plan, { name, on, onInjected })
        tally.count(plan, endingOf(run), injected)
        print(`seed ${round} ok  ${seconds()}  ${summarize(plan)} → ${endingOf(run)}`)
      } catch (error) {
        tally.count(plan, BROKEN, injected)
        broken.push(round)
        const flag = focus === 'any' ? '--lies' : '--by-id-lies'
        print(
          `seed ${round} BROKEN  ${seconds()}  ${summarize(plan)}\n  ${error instanceof Error ? error.message : error}\n` +
            `${describe(plan)}\n  replay: npm run chaos -- ${flag} 1 --seed ${round} --verbose`,
        )
      }
    }
    const runRounds = async () => {
      while (next < seed + count && !signal.aborted) await runRound(next++)
    }
    await Promise.all(Array.from({ length: atOnce }, runRounds))
    for (const unexpectedExit of rig.workers.unexpectedExits()) print(`note: ${unexpectedExit}`)
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

/** Shares one proxy among concurrent rounds: each listener gets its own tenant's requests. */
function shareErpProxy({ erpProxy }: Awaited<ReturnType<typeof buildRig>>): LiesRoundContext['on'] {
  const listeners = new Map<string, (nth: number) => void>()
  erpProxy.onRequest(({ cuenta, nth }) => listeners.get(cuenta)?.(nth))
  return (cuenta, listener) => {
    if (listener) listeners.set(cuenta, listener)
    else listeners.delete(cuenta)
  }
}

function summarize({ mode, dialect, products, pageSize, lies }: LiesPlan): string {
  const names = lies.map(({ name, frequency }) => `${name}/${frequency}`).join(', ')
  return `${mode} ${dialect} ${products} by ${pageSize}: ${names}`
}

function describe({ seed, lies, ...plan }: LiesPlan): string {
  const lines = lies.map(({ name, fault }) => `  lie: ${name} ${JSON.stringify(fault)}`)
  return [`  seed ${seed}: ${JSON.stringify(plan)}`, ...lines].join('\n')
}
