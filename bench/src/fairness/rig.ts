import { createConnectionStore } from '@espejo/server/connections/connection-store'
import { startWithCleanup } from '@espejo/server/lifecycle'
import type { RunControl } from '@espejo/server/runs/run-control'
import { createSealer } from '@espejo/server/secrets'
import type { BenchDatabase } from '../rig/database.js'
import { startEnvironment } from '../rig/environment.js'
import { type Probed, startEspejo } from '../rig/probed-server.js'
import type { SimulatorProcess } from '../rig/simulator.js'

/** A deployment of one worker process, and run control. */
export interface FairnessRig {
  database: BenchDatabase
  simulator: SimulatorProcess
  control: RunControl
  /** `ESPEJO_ROLE=worker` with only the required settings. */
  worker: Probed['child']
  /** Tenants with a connection each, numbered from 1. @returns their names */
  addTenants(prefix: string, count: number, products: number): Promise<string[]>
  stop(): Promise<void>
}

/** @param pace requests a second that each tenant may send to its ERP */
export async function startRig(pace: number, signal: AbortSignal): Promise<FairnessRig> {
  const { started, stop } = await startWithCleanup(async (onStop) => {
    const { database, simulator, secretKey, pool, control } = await startEnvironment(onStop)
    const environment = {
      ESPEJO_ROLE: 'worker',
      ESPEJO_SECRET_KEY: secretKey.toString('base64'),
      CIANBOX_BASE_URL: simulator.url,
    } as const
    const { child: worker } = await startEspejo(database, environment, signal)
    onStop(worker.stop)
    const connections = createConnectionStore({ pool, sealer: createSealer(secretKey) })

    const addTenant = async (name: string, products: number, seed: number) => {
      await database.admin.query('INSERT INTO app.tenants (tenant_id, name) VALUES ($1, $1)', [name])
      await simulator.addAccount({ cuenta: name, products, seed })
      await connections.put(name, { ...CONNECTION, cuenta: name, requestsPerSecond: pace })
    }
    return {
      database,
      simulator,
      control,
      worker,
      async addTenants(prefix: string, count: number, products: number) {
        const names = Array.from({ length: count }, (_, i) => `${prefix}-${i + 1}`)
        for (const [i, name] of names.entries()) await addTenant(name, products, i + 1)
        return names
      },
    }
  })
  return { ...started, stop }
}

const CONNECTION = {
  appName: 'espejo',
  appCode: 'bench',
  user: 'demo',
  password: 'demo',
  pageSize: 200,
  dialect: 'v2',
  isActive: true,
} as const
