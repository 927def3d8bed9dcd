import type { Bench } from '../bench.js'
import { machineLine } from '../rig/machine.js'
import { formatNumber } from '../rig/table.js'
import { verdictsTable } from '../rig/verdicts.js'
import { PAGE_SIZE } from './engine-run.js'
import type { Round } from './measurement.js'
import { LARGE, measureMemory, SMALL } from './memory.js'
import { readOptions, type SyncBenchOptions } from './options.js'
import { measurementsTable, stagesTable } from './report.js'
import { type SyncRig, startRig } from './rig.js'
import { measureRound } from './round.js'
import { judge, judgeMemory } from './targets.js'

/** The rate from the ERP's page to the committed row, beside its lower and upper bounds. */
export const sync: Bench = {
  async run(args, signal) {
    const options = readOptions(args)
    const rig = await startRig()
    try {
      return options.memory ? await compareMemory(rig, signal) : await compareSpeed(rig, options, signal)
    } finally {
      await rig.stop()
    }
  },
}

async function compareSpeed(rig: SyncRig, options: SyncBenchOptions, signal: AbortSignal): Promise<object> {
  const rounds: Round[] = []
  for (let nth = 1; nth <= options.rounds; nth++) rounds.push(await measureRound(rig, nth, options, signal))
  const verdicts = judge(rounds)
  const { products, sample } = options
  print(
    `sync: ${formatNumber(products)} products in pages of ${PAGE_SIZE}; row by row a sample of ${formatNumber(sample)}; median of ${rounds.length}`,
    machineLine(rig.database.version),
    '',
    stagesTable(rounds),
    '',
    verdictsTable(verdicts),
  )
  return { ...options, pageSize: PAGE_SIZE, postgres: rig.database.version, rounds, verdicts }
}

async function compareMemory(rig: SyncRig, signal: AbortSignal): Promise<object> {
  const { small, large } = await measureMemory(rig, signal)
  const verdict = judgeMemory(small.peakRssBytes, large.peakRssBytes)
  print(
    "sync: the worker's memory over two catalogues, all new",
    machineLine(rig.database.version),
    '',
    measurementsTable([
      [`engine, ${formatNumber(SMALL)} products`, small],
      [`engine, ${formatNumber(LARGE)} products`, large],
    ]),
    '',
    verdictsTable([verdict]),
  )
  return { pageSize: PAGE_SIZE, postgres: rig.database.version, small, large, verdicts: [verdict] }
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
