import { readOptions, wholeNumber } from '@espejo/tooling/options'
import type { Bench } from '../bench.js'
import { machineLine } from '../rig/machine.js'
import { formatNumber } from '../rig/table.js'
import { verdictsTable } from '../rig/verdicts.js'
import { startGiant } from './giant.js'
import { createHanging } from './hanging.js'
import { measureBatch } from './measure-batch.js'
import { batchesTable, hangingTable } from './report.js'
import { type FairnessRig, startRig } from './rig.js'
import { SLOTS } from './runs.js'
import { type FairnessFigures, judge } from './targets.js'

/** Whether any run waits longer than the runs queued before it require. */
export const fairness: Bench = {
  async run(args, signal) {
    const options = readOptions('fairness', args, OPTIONS)
    const rig = await startRig(options.pace, signal)
    try {
      const figures = await measure(rig, options, signal)
      const { alone, besideGiant, giant, besideHanging } = figures
      const verdicts = judge(figures)
      print(
        `fairness: tenants with ${PRODUCTS} products each, a giant with ${formatNumber(giant.products)}; one worker with ${SLOTS} slots; ${paceOf(options)}`,
        machineLine(rig.database.version),
        '',
        batchesTable([
          ['alone, before', alone[0]],
          ['behind the giant', besideGiant],
          ['alone, after', alone[1]],
        ]),
        '',
        `the giant meanwhile: ${formatNumber(giant.seen)} products in ${formatNumber(giant.seconds, 1)} s`,
        '',
        hangingTable(besideHanging),
        '',
        verdictsTable(verdicts),
      )
      return { ...options, slots: SLOTS, postgres: rig.database.version, ...figures, verdicts }
    } finally {
      await rig.stop()
    }
  },
}

async function measure(
  rig: FairnessRig,
  options: { tenants: number; alone: number; giant: number },
  signal: AbortSignal,
): Promise<FairnessFigures> {
  logProgress('tenants and their connections')
  const warmUp = await rig.addTenants('warm-up', 50, PRODUCTS)
  const before = await rig.addTenants('before', options.alone, PRODUCTS)
  const after = await rig.addTenants('after', options.alone, PRODUCTS)
  const many = await rig.addTenants('small', options.tenants, PRODUCTS)
  await measureBatch(rig, warmUp, [], signal)

  logProgress(`${options.alone} small ones alone`)
  const aloneBefore = await measureBatch(rig, before, [], signal)
  logProgress(`${options.tenants} small ones behind the giant`)
  const running = await startGiant(rig, options.giant, signal)
  const besideGiant = await measureBatch(rig, many, [running.started], signal)
  const giant = await running.stop()
  logProgress(`${options.alone} small ones alone`)
  const aloneAfter = await measureBatch(rig, after, [], signal)

  const hanging = createHanging(rig, signal)
  const besideHanging = []
  for (const count of [SLOTS / 2, SLOTS]) {
    logProgress(`small ones beside ${count} whose ERP hangs`)
    const small = await rig.addTenants(`beside-${count}`, 50, PRODUCTS)
    besideHanging.push(await hanging.measure(count, small))
  }
  await hanging.stop()
  return { alone: [aloneBefore, aloneAfter], besideGiant, giant, besideHanging }
}

/**
 * Requests per second, so high that the rate limit has no effect: at the default of two, the giant would cause little
 * load and a small run would only wait.
 */
const NO_PACE = 100_000

const OPTIONS = {
  tenants: wholeNumber({ default: 1000 }),
  alone: wholeNumber({ default: 400 }),
  giant: wholeNumber({ default: 1_000_000 }),
  pace: wholeNumber({ default: NO_PACE }),
} as const

function paceOf({ pace }: { pace: number }): string {
  return pace === NO_PACE ? 'no pace towards the ERP' : `${pace} requests a second to each ERP`
}

/** Products of a small tenant: less than a page. */
const PRODUCTS = 40

function logProgress(what: string): void {
  process.stderr.write(`fairness: ${what}\n`)
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
