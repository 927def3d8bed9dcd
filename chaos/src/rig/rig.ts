import { randomBytes } from 'node:crypto'
import { parseConfig } from '@espejo/server'
import { startWithCleanup } from '@espejo/server/lifecycle'
import { createLog } from '@espejo/server/log'
import type { RunControl } from '@espejo/server/runs/run-control'
import { startServices } from '@espejo/server/services'
import { createSimulator } from '@espejo/simulator'
import { type DbProxy, startDbProxy } from './db-proxy.js'
import { type ErpProxy, startErpProxy } from './erp-proxy.js'
import { type ChaosPostgres, startPostgres } from './postgres.js'
import { createTenants, type Tenants } from './tenants.js'
import { createWorkers, type Workers } from './workers.js'

/** The environment of a round: real database, real worker processes, and the simulator as ERP. */
export interface Rig {
  postgres: ChaosPostgres
  /** Between workers and ERP. */
  erpProxy: ErpProxy
  /** Between workers and database. */
  dbProxy: DbProxy
  workers: Workers
  control: RunControl
  /** Error, in seconds, of the clock of the process that starts runs. */
  apiClock: { seconds: number }
  tenants: Tenants
  /** Texts that may appear in no log and no event. */
  secrets: readonly string[]
  stop(): Promise<void>
}

/** @param settings further environment variables of the workers */
export async function buildRig(workerCount = 2, settings: Record<string, string> = {}): Promise<Rig> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const postgres = await startPostgres()
    onStop(postgres.stop)
    const simulator = createSimulator({ accounts: [] })
    const { url } = await simulator.listen()
    onStop(() => simulator.close())
    const erpProxy = await startErpProxy(url)
    onStop(() => erpProxy.close())
    const dbProxy = await startDbProxy(postgres.url)
    onStop(() => dbProxy.close())
    const secretKey = randomBytes(32)
    const password = `clave-${randomBytes(9).toString('hex')}`
    const environment = {
      DATABASE_URL: dbProxy.url,
      ESPEJO_SECRET_KEY: secretKey.toString('base64'),
      CIANBOX_BASE_URL: erpProxy.url,
    }
    // This process starts runs, past the database proxy; the workers do everything else.
    const config = parseConfig({ ...environment, DATABASE_URL: postgres.url, ESPEJO_ROLE: 'api' })
    const apiClock = { seconds: 0 }
    const { runControl: control } = await startServices(config, createLog('silent'), onStop, {
      maintenance: false,
      now: () => new Date(Date.now() + apiClock.seconds * 1000),
    })
    const workers = createWorkers(workerCount, { ...environment, LOG_LEVEL: 'debug', ...settings })
    onStop(() => workers.stop())
    await workers.refill()
    const tenants = createTenants({ postgres, simulator, secretKey, password })
    const secrets = [password, secretKey.toString('base64'), 'CBX_AT', 'CBX_RT', 'access_token=']
    return { postgres, erpProxy, dbProxy, workers, control, apiClock, tenants, secrets }
  })
  return { ...started, stop }
}
