import { clockDifference, describeDifference } from '../db/database-clock.js'
import type { Pool } from '../db/pool.js'

/**
 * A check of the process's clock against the database's, for a process that runs for long: `warn` is called once
 * for each time that the difference becomes too large. Nothing else follows: only sessions and tickets go by
 * the process's clock.
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
