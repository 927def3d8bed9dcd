import { setTimeout as delay } from 'node:timers/promises'
import { startWithCleanup } from '@espejo/server/lifecycle'
import type { RunControl } from '@espejo/server/runs/run-control'
import type { JobReport } from '../rig/child-job.js'
import type { BenchDatabase } from '../rig/database.js'
import { startEnvironment } from '../rig/environment.js'
import type { SimulatedAccount, SimulatorProcess } from '../rig/simulator.js'
import type { Measurement } from './measurement.js'

/** The environment of the measured process: the database, the simulator, and run control. */
export interface SyncRig {
  database: BenchDatabase
  simulator: SimulatorProcess
  control: RunControl
  /** A tenant, and the simulator's account that it mirrors, both under this name. */
  addTenant(name: string, account: Omit<SimulatedAccount, 'cuenta'>): Promise<void>
  emptyProducts(): Promise<void>
  /** Leaves the mirror as autovacuum does within minutes of a large write: statistics, hint bits, no dead rows. */
  settleProducts(): Promise<void>
  /** Measures a job of the tenant: its own report, requests, row changes and WAL. */
  measure(
    what: { cuenta: string; rows: number; table: ProductTable },
    job: () => Promise<JobReport>,
  ): Promise<Measurement>
  stop(): Promise<void>
}

/** The mirror's table, and its copy without policies that the write floor copies into. */
type ProductTable = 'catalog.products' | 'bench.products'

export async function startRig(): Promise<SyncRig> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const { database, simulator, control } = await startEnvironment(onStop)
    await createCopyTable(database)
    return { database, simulator, control, ...actions(database, simulator) }
  })
  return { ...started, stop }
}

async function createCopyTable({ admin, url }: BenchDatabase): Promise<void> {
  const owner = admin.escapeIdentifier(new URL(url).username)
  await admin.query(`CREATE SCHEMA bench AUTHORIZATION ${owner}`)
  // A background vacuum would add WAL to the next measurement.
  await admin.query(
    'CREATE TABLE bench.products (LIKE catalog.products INCLUDING ALL) WITH (autovacuum_enabled = off)',
  )
  await admin.query(`ALTER TABLE bench.products OWNER TO ${owner}`)
}

function actions(
  { admin }: BenchDatabase,
  simulator: SimulatorProcess,
): Pick<SyncRig, 'addTenant' | 'emptyProducts' | 'settleProducts' | 'measure'> {
  async function usage(table: ProductTable): Promise<{ productRows: number; walBytes: number }> {
    const { rows } = await admin.query(
      `SELECT (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS "productRows",
              (pg_current_wal_lsn() - '0/0')::float8 AS "walBytes"
         FROM pg_stat_all_tables WHERE relid = $1::regclass`,
      [table],
    )
    return rows[0]
  }

  return {
    async addTenant(name, account) {
      await admin.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $1)', [name])
      await simulator.addAccount({ cuenta: name, ...account })
    },
    async emptyProducts() {
      await admin.query('TRUNCATE catalog.products, bench.products')
    },
    async settleProducts() {
      await admin.query('VACUUM (ANALYZE) catalog.products')
    },
    async measure({ cuenta, rows, table }, job) {
      // So that no dirty page of the previous job is written during this one.
      await admin.query('CHECKPOINT')
      const [before, requestsBefore] = [await usage(table), (await simulator.counts(cuenta)).total]
      const report = await job()
      await waitUntilDisconnected(admin)
      const [after, requests] = [await usage(table), (await simulator.counts(cuenta)).total]
      return {
        ...report,
        rows,
        requests: requests - requestsBefore,
        productRows: after.productRows - before.productRows,
        walBytes: after.walBytes - before.walBytes,
      }
    },
  }
}

/** A connection's statistics are complete only once its server process has ended. */
async function waitUntilDisconnected(admin: BenchDatabase['admin']): Promise<void> {
  for (;;) {
    const { rowCount } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'espejo measured'`,
    )
    if (rowCount === 0) return
    await delay(20)
  }
}
