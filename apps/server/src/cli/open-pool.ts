import type { Config } from '../app/config.js'
import { openDatabase } from '../app/open-database.js'
import { createPool, type Pool } from '../db/pool.js'

/**
 * Opens the database of the settings, migrated: also the embedded one, whether Espejo is running on it or not.
 * Registers the cleanup with `onStop`.
 */
export async function openPool(config: Config, onStop: (stop: () => Promise<void>) => void): Promise<Pool> {
  const { databaseUrl } = await openDatabase(config, onStop, { share: true, onBlocked: () => undefined })
  const pool = createPool(databaseUrl, { max: 2, name: 'command', onError: () => undefined })
  onStop(() => pool.end())
  return pool
}
