import { runJob } from '../rig/run-job.js'
import type { Measurement } from './measurement.js'
import type { EngineJob } from './processes/engine.js'
import type { SyncRig } from './rig.js'

/** Rows a page: the most that the ERP gives, and what a connection has by default. */
export const PAGE_SIZE = 200

/** The counts that a run over a known catalogue must end with. */
export interface ExpectedLedger {
  created: number
  updated: number
  /** Undefined for incremental runs, which also read some unchanged products before the watermark. */
  unchanged?: number
}

/**
 * Starts a run of a tenant, a full one by default, and measures it in a fresh worker process.
 *
 * @throws when the run does not complete with the expected counts
 */
export async function measureEngine(
  rig: SyncRig,
  tenant: string,
  expected: ExpectedLedger,
  signal: AbortSignal,
  mode: 'full' | 'incremental' = 'full',
): Promise<Measurement> {
  const rows = expected.created + expected.updated + (expected.unchanged ?? 0)
  const job: EngineJob = {
    databaseUrl: rig.database.url,
    erpUrl: rig.simulator.url,
    cuenta: tenant,
    pageSize: PAGE_SIZE,
  }
  return rig.measure({ cuenta: tenant, rows, table: 'catalog.products' }, async () => {
    const request = { mode, dryRun: false, ids: null, startedBy: null }
    const { run } = await rig.control.start(tenant, request)
    const report = await runJob(new URL('processes/engine.js', import.meta.url), job, signal)
    await check(rig, run.id, expected)
    return report
  })
}

async function check(rig: SyncRig, runId: string, expected: ExpectedLedger): Promise<void> {
  const { rows } = await rig.database.admin.query(
    `SELECT status, error_message, created, updated, unchanged, errors, retired
       FROM app.runs WHERE run_id = $1`,
    [runId],
  )
  const wanted = { status: 'complete', error_message: null, ...expected, errors: 0, retired: 0 }
  const odd = Object.entries(wanted).filter(([name, value]) => rows[0]?.[name] !== value)
  if (odd.length > 0) {
    throw new Error(`The run came to ${JSON.stringify(rows[0])} instead of ${JSON.stringify(wanted)}.`)
  }
}
