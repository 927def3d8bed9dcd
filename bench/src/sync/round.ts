import { runJob } from '../rig/run-job.js'
import { measureEngine, PAGE_SIZE } from './engine-run.js'
import { type Measurement, type Round, rowsPerSecond, STAGES, type Stage } from './measurement.js'
import type { SyncBenchOptions } from './options.js'
import type { ReadFloorJob } from './processes/read-floor.js'
import type { RowByRowJob } from './processes/row-by-row.js'
import type { WriteFloorJob } from './processes/write-floor.js'
import type { SyncRig } from './rig.js'

const CHANGED_SHARE = 0.05

/** Measures every stage once, on an account and a tenant of its own. */
export async function measureRound(
  rig: SyncRig,
  nth: number,
  { products, sample }: SyncBenchOptions,
  signal: AbortSignal,
): Promise<Round> {
  const cuenta = `round-${nth}`
  const source = { erpUrl: rig.simulator.url, cuenta, pageSize: PAGE_SIZE }
  const databaseUrl = rig.database.url

  const rowByRow = () => {
    const job: RowByRowJob = { ...source, databaseUrl, tenantId: 'row-by-row', sample }
    return rig.measure({ cuenta, rows: sample, table: 'catalog.products' }, () =>
      runJob(new URL('processes/row-by-row.js', import.meta.url), job, signal),
    )
  }
  const readFloor = () => {
    const job: ReadFloorJob = { ...source, products }
    return rig.measure({ cuenta, rows: products, table: 'catalog.products' }, () =>
      runJob(new URL('processes/read-floor.js', import.meta.url), job, signal),
    )
  }
  const writeFloor = () => {
    const table = 'bench.products'
    const job: WriteFloorJob = { ...source, databaseUrl, table, tenantId: cuenta, products }
    return rig.measure({ cuenta, rows: products, table }, () =>
      runJob(new URL('processes/write-floor.js', import.meta.url), job, signal),
    )
  }
  const engine = (created: number, updated: number) =>
    measureEngine(rig, cuenta, { created, updated, unchanged: products - created - updated }, signal)

  await rig.addTenant(cuenta, { products, seed: nth })
  await rig.emptyProducts()
  const rowByRowNew = await measureStage('rowByRowNew', rowByRow)
  const rowByRowNone = await measureStage('rowByRowNone', rowByRow)
  await rig.emptyProducts()
  const writeFloorMeasured = await measureStage('writeFloor', writeFloor)
  const engineNew = await measureStage('engineNew', () => engine(products, 0))
  // Later runs use a vacuumed table; the first one a table without statistics, as for a new tenant.
  await rig.settleProducts()
  const engineNone = await measureStage('engineNone', () => engine(0, 0))
  const readFloorMeasured = await measureStage('readFloor', readFloor)
  const changed = Math.round(products * CHANGED_SHARE)
  await rig.simulator.edit(cuenta, changed)
  await rig.settleProducts()
  const engineChanged = await measureStage('engineChanged', () => engine(0, changed))
  return {
    rowByRowNew,
    rowByRowNone,
    readFloor: readFloorMeasured,
    writeFloor: writeFloorMeasured,
    engineNew,
    engineChanged,
    engineNone,
  }

  async function measureStage(stage: Stage, measure: () => Promise<Measurement>): Promise<Measurement> {
    const measured = await measure()
    const rate = Math.round(rowsPerSecond(measured))
    process.stderr.write(`round ${nth}: ${STAGES[stage]}, ${rate} rows/s\n`)
    return measured
  }
}
