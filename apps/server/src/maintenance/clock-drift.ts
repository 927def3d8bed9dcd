import { clockDifference, describeDifference } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'

/**
 * Creates a check that compares the process's clock with the database's. It calls `warn` each time that the
 * difference becomes too large. A warning is enough: only sessions and tickets use the process's clock.
 */
export function createClockDriftCheck(
  pool: Pool,
  now: () => Date,
  warn: (difference: string) => void,
): () => Promise<void> {
  let isWarned = false
  return async () => {
    const difference = describeDifference(await clockDifference(pool, now))
    if (difference !== null && !isWarned) warn(difference)
    isWarned = difference !== null
  }
}
