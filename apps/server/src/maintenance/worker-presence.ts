import { type Pool, withMaintenance } from '../db/pool.js'
import { repeat } from './repeat.js'

const REPORT_INTERVAL_MS = 10_000

/**
 * Records that a worker process is alive, and since when one has been without a break. After a break of more than
 * 30 s, or when the clock was set back, the time starts anew.
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

/**
 * Reports the presence of this worker process every 10 s.
 * @returns a function that stops it
 */
export function startPresenceReports(pool: Pool, onError: (error: unknown) => void): () => Promise<void> {
  return repeat(REPORT_INTERVAL_MS, () => reportPresence(pool), onError)
}
