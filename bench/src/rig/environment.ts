import { randomBytes } from 'node:crypto'
import { parseConfig } from '@espejo/server'
import type { Pool } from '@espejo/server/db/pool'
import { createLog } from '@espejo/server/log'
import type { RunControl } from '@espejo/server/runs/run-control'
import { startServices } from '@espejo/server/services'
import { type BenchDatabase, startDatabase } from './database.js'
import { type SimulatorProcess, startSimulator } from './simulator.js'

/** The environment of a measured worker: the database, the simulator, and run control in a process that works on no run. */
export interface Environment {
  database: BenchDatabase
  simulator: SimulatorProcess
  /** The key under which connections are sealed. */
  secretKey: Buffer
  pool: Pool
  control: RunControl
}

/** @param onStop registers the cleanup of each part once it is started */
export async function startEnvironment(onStop: (stop: () => Promise<void>) => void): Promise<Environment> {
  const database = await startDatabase()
  onStop(database.stop)
  const simulator = await startSimulator()
  onStop(simulator.stop)
  const secretKey = randomBytes(32)
  const config = parseConfig({
    DATABASE_URL: database.url,
    ESPEJO_SECRET_KEY: secretKey.toString('base64'),
    CIANBOX_BASE_URL: simulator.url,
    ESPEJO_ROLE: 'api',
  })
  const { pool, runControl } = await startServices(config, createLog('silent'), onStop, {
    maintenance: false,
  })
  return { database, simulator, secretKey, pool, control: runControl }
}
