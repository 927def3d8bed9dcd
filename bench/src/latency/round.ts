import { runJob } from '../rig/run-job.js'
import { measureEngine, PAGE_SIZE } from '../sync/engine-run.js'
import type { Measurement } from '../sync/measurement.js'
import type { SyncRig } from '../sync/rig.js'
import type { PagesAloneJob } from './processes/pages-alone.js'

/** Delay of the simulator before every response. */
export const LATENCY_MS = 100

/** The stages of a round, in order. */
export const STAGES = {
  engineNew: 'engine, all new',
  pagesAlone: 'the pages alone',
  engineNone: 'engine, none changed',
} as const

export type Stage = keyof typeof STAGES
export type Round = Record<Stage, Measurement>

/** Measures each stage once, on an account and a tenant of its own, the baseline between the two engine runs. */
export async function measureRound(
  rig: SyncRig,
  nth: number,
  products: number,
  signal: AbortSignal,
): Promise<Round> {
  const cuenta = `slow-${nth}`
  await rig.addTenant(cuenta, { products, seed: nth, latencyMs: LATENCY_MS })
  await rig.emptyProducts()
  const engineNew = await measureStage('engineNew', () =>
    measureEngine(rig, cuenta, { created: products, updated: 0, unchanged: 0 }, signal),
  )
  const job: PagesAloneJob = { erpUrl: rig.simulator.url, cuenta, pageSize: PAGE_SIZE, products }
  const pagesAlone = await measureStage('pagesAlone', () =>
    rig.measure({ cuenta, rows: products, table: 'catalog.products' }, () =>
      runJob(new URL('processes/pages-alone.js', import.meta.url), job, signal),
    ),
  )
  await rig.settleProducts()
  const engineNone = await measureStage('engineNone', () =>
    measureEngine(rig, cuenta, { created: 0, updated: 0, unchanged: products }, signal),
  )
  return { engineNew, pagesAlone, engineNone }

  async function measureStage(stage: Stage, measure: () => Promise<Measurement>): Promise<Measurement> {
    const measured = await measure()
    process.stderr.write(`latency, round ${nth}: ${STAGES[stage]}, ${measured.seconds.toFixed(2)} s\n`)
    return measured
  }
}
