import { isUntouched } from './invariants.js'
import type { Options } from './options.js'
import { describePlan, nameOf } from './plan/describe.js'
import { drawPlan } from './plan/draw-plan.js'
import type { Plan } from './plan/plan.js'
import { print } from './report.js'
import { fingerprint } from './rig/queries.js'
import { buildRig, type Rig } from './rig/rig.js'
import { startRun, waitForEnd } from './rig/runs.js'
import { type Outcome, runRound } from './round.js'

/** At least one round broke an invariant or timed out. */
export class RoundsBroken extends Error {
  override name = 'RoundsBroken'
}

/**
 * Runs rounds with the seeds `seed`, `seed + 1`, … on one database and prints a line for each.
 * @throws {@link RoundsBroken} after the first round that breaks an invariant; the reason, and the command that
 * repeats the round, have been printed.
 */
export async function runRounds(
  { seed, count, verbose, keepGoing }: Options,
  signal: AbortSignal,
): Promise<void> {
  const rig = await buildRig()
  const broken: number[] = []
  let printedExits = 0
  try {
    const bystander = await addBystander(rig)
    for (let round = seed; round < seed + count && !signal.aborted; round++) {
      const plan = drawPlan(round)
      if (verbose) print(`seed ${round}\n${describePlan(plan)}`)
      const started = performance.now()
      const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
      try {
        const outcome = await runRound(rig, plan)
        isUntouched('the bystander', bystander, await fingerprint(rig.postgres.admin, BYSTANDER))
        print(`seed ${round}  ok  ${seconds()} s  ${summarize(plan)}  ${describeOutcome(outcome)}`)
        for (const note of outcome.notes) print(`  note: ${note}`)
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error)
        print(`seed ${round}  BROKEN  ${seconds()} s\n${describePlan(plan)}\n${what}`)
        print(`replay: npm run chaos -- --seed ${round} --rounds 1 --verbose`)
        broken.push(round)
      }
      const exits = rig.workers.unexpectedExits()
      for (const exit of exits.slice(printedExits)) print(`  note: ${exit}`)
      printedExits = exits.length
      if (broken.length > 0 && !keepGoing) break
    }
    if (broken.length > 0) throw new RoundsBroken(`${broken.length} rounds broke: ${broken.join(' ')}`)
  } finally {
    await rig.stop()
  }
}

const BYSTANDER = 'bystander'

/** Adds a tenant that is mirrored once and then left alone. Returns its fingerprint. */
async function addBystander(rig: Rig): Promise<string> {
  await rig.tenants.add(BYSTANDER, { products: 300, seed: 3, latencyMs: 0 }, 100)
  const runId = await startRun(rig, BYSTANDER, 'full')
  await waitForEnd(rig, BYSTANDER, runId, { seconds: 60, confirmsSweeps: true, pauseMs: 0 })
  return fingerprint(rig.postgres.admin, BYSTANDER)
}

/** The drawn actions and faults, on one line. */
function summarize({ actions, tenants }: Plan): string {
  const kinds = actions.map(({ action }) =>
    'moment' in action ? `${action.kind}/${action.moment}` : action.kind,
  )
  const faults = tenants.flatMap(({ faults }) => faults.map(({ kind }) => kind))
  return [...kinds, ...faults].join(' ')
}

function describeOutcome({ endings, unreached }: Outcome): string {
  const ends = endings.map(
    ({ status, errorCode, epoch }, i) => `${nameOf(i)}:${errorCode ?? status}${epoch > 1 ? `/${epoch}` : ''}`,
  )
  return `→ ${ends.join(' ')}${unreached.length > 0 ? `, ${unreached.length} unreached` : ''}`
}
