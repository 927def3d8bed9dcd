import { readOptions, wholeNumber } from '@espejo/tooling/options'
import type { Bench } from '../bench.js'
import { machineLine } from '../rig/machine.js'
import { formatNumber } from '../rig/table.js'
import { verdictsTable } from '../rig/verdicts.js'
import { PAGE_SIZE } from '../sync/engine-run.js'
import { medianOf } from '../sync/measurement.js'
import { measurementsTable } from '../sync/report.js'
import { startRig } from '../sync/rig.js'
import { COUNTED_PRODUCTS, countRequests } from './request-counts.js'
import { LATENCY_MS, measureRound, type Round, STAGES, type Stage } from './round.js'
import { judge } from './targets.js'

/** Overhead of a run over the response times of a slow ERP, and the number of its requests. */
export const latency: Bench = {
  async run(args, signal) {
    const options = readOptions('latency', args, {
      products: wholeNumber({ default: 10_000 }),
      rounds: wholeNumber({ default: 3 }),
    })
    const { products } = options
    const rig = await startRig()
    try {
      const rounds: Round[] = []
      for (let nth = 1; nth <= options.rounds; nth++) {
        rounds.push(await measureRound(rig, nth, products, signal))
      }
      process.stderr.write(`latency: requests over ${COUNTED_PRODUCTS} products\n`)
      const requests = await countRequests(rig, signal)
      const verdicts = judge(rounds, requests)
      const stages = Object.entries(STAGES) as [Stage, string][]
      print(
        `latency: ${formatNumber(products)} products in pages of ${PAGE_SIZE}, ${LATENCY_MS} ms before every answer; median of ${rounds.length}`,
        machineLine(rig.database.version),
        '',
        measurementsTable(
          stages.map(([stage, name]) => [name, medianOf(rounds.map((round) => round[stage]))]),
        ),
        '',
        `requests over ${formatNumber(COUNTED_PRODUCTS)} products: full ${requests.full} (${requests.pages} pages, ${requests.lists} for lists), incremental ${requests.afterTen} and ${requests.afterThousand}`,
        '',
        verdictsTable(verdicts),
      )
      return { ...options, latencyMs: LATENCY_MS, postgres: rig.database.version, rounds, requests, verdicts }
    } finally {
      await rig.stop()
    }
  },
}

function print(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
