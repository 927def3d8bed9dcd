import { createPool, type Pool } from '@espejo/server/db/pool'
import { createRunControl, type RunControl } from '@espejo/server/runs/run-control'
import { openRunQueue } from '@espejo/server/runs/run-queue'
import { type BenchDatabase, startDatabase } from './database.js'
import { type SimulatorProcess, startSimulator } from './simulator.js'

/** What stands around a measured worker: the database, the ERP, and who starts runs and works on none. */
export interface Environment {
  database: BenchDatabase
  simulator: SimulatorProcess
  pool: Pool
  control: RunControl
}

/** @param onStop told how to stop each part as soon as it is there */
export async function startEnvironment(onStop: (stop: () => Promise<void>) => void): Promise<Environment> {
  const database = await startDatabase()
  onStop(database.stop)
  const simulator = await startSimulator()
  onStop(simulator.stop)
  const pool = createPool(database.url, { max: 4, name: 'bench', onError: () => undefined })
  onStop(() => pool.end())
  const queue = await openRunQueue(pool, { supervise: false, onError: () => undefined })
  onStop(() => queue.stop(1000))
  const control = createRunControl({ pool, queue, now: () => new Date(), onEvent: () => undefined })
  return { database, simulator, pool, control }
}
