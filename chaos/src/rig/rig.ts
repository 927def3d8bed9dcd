import { randomBytes } from 'node:crypto'
import { startWithCleanup } from '@espejo/server/lifecycle'
import { createRunControl, type RunControl } from '@espejo/server/runs/run-control'
import { openRunQueue } from '@espejo/server/runs/run-queue'
import { createSimulator } from '@espejo/simulator'
import { type Gate, openGate } from './erp-proxy.js'
import { type ChaosPostgres, startPostgres } from './postgres.js'
import { createTenants, type Tenants } from './tenants.js'
import { drawWire, type Wire } from './db-proxy.js'
import { createWorkers, type Workers } from './workers.js'

/** Everything that a round takes place in: real database, real workers, an ERP that we know the truth of. */
export interface Rig {
  postgres: ChaosPostgres
  /** Between workers and ERP. */
  gate: Gate
  /** Between workers and database. */
  wire: Wire
  workers: Workers
  control: RunControl
  /** The clock of who asks for runs, in seconds off. */
  apiClock: { seconds: number }
  tenants: Tenants
  /** Must show up nowhere. */
  secrets: readonly string[]
  stop(): Promise<void>
}

/** @param settings of the workers, beside what they need */
export async function buildRig(workerCount = 2, settings: Record<string, string> = {}): Promise<Rig> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const postgres = await startPostgres()
    onStop(postgres.stop)
    const simulator = createSimulator({ accounts: [] })
    const { url } = await simulator.listen()
    onStop(() => simulator.close())
    const gate = await openGate(url)
    onStop(() => gate.close())
    const wire = await drawWire(postgres.url)
    onStop(() => wire.close())
    // Asks only: what becomes of jobs is the workers' business.
    const queue = await openRunQueue(postgres.pool, { supervise: false, onError: () => undefined })
    onStop(() => queue.stop(1000))
    const apiClock = { seconds: 0 }
    const control = createRunControl({
      pool: postgres.pool,
      queue,
      now: () => new Date(Date.now() + apiClock.seconds * 1000),
      onEvent: () => undefined,
    })
    const secretKey = randomBytes(32)
    const password = `clave-${randomBytes(9).toString('hex')}`
    const workers = createWorkers(workerCount, {
      DATABASE_URL: wire.url,
      ESPEJO_SECRET_KEY: secretKey.toString('base64'),
      CIANBOX_BASE_URL: gate.url,
      LOG_LEVEL: 'debug',
      ...settings,
    })
    onStop(() => workers.stop())
    await workers.refill()
    const tenants = createTenants({ postgres, simulator, secretKey, password })
    const secrets = [password, secretKey.toString('base64'), 'CBX_AT', 'CBX_RT', 'access_token=']
    return { postgres, gate, wire, workers, control, apiClock, tenants, secrets }
  })
  return { ...started, stop }
}
