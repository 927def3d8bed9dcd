import { type Pool, withMaintenance } from '../db/pool.js'
import { repeat } from './repeat.js'

const EVERY_MS = 10_000

/**
 * Lets the database know that a worker process is alive, and since when there has been one without a break. A
 * break of more than half a minute begins the count anew, and so does a clock that was set back.
 */
export async function reportPresence(pool: Pool): Promise<void> {
  await withMaintenance(pool, (tx) =>
    tx.query(
      `UPDATE app.worker_presence SET seen_at = now(), present_since = CASE
         WHEN seen_at BETWEEN now() - interval '30 seconds' AND now() + interval '5 seconds' THEN present_since
         ELSE now() END`,
    ),
  )
}

/** Shows the presence of this worker process until what it returns is called. */
export function startPresenceReports(pool: Pool, onError: (error: unknown) => void): () => Promise<void> {
  return repeat(EVERY_MS, () => reportPresence(pool), onError)
}
