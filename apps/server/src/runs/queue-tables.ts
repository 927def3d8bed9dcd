import type { Tx } from '../db/pool.js'

/** The schema of pg-boss's tables, and the name of the queue of runs. */
export const RUN_QUEUE_SCHEMA = 'pgboss'
export const RUN_QUEUE = 'runs'

/** The condition of pg-boss's unique index on the open jobs of exclusive queues, for the table `job j`. */
export function isOpenJobOf(tenantId: string): string {
  return `j.name = '${RUN_QUEUE}' AND COALESCE(j.singleton_key, '') = ${tenantId}
     AND j.state <= 'active' AND j.policy = 'exclusive'`
}

/**
 * The tenant's open job, by the unique index that allows only one. pg-boss's `findJobs` does not serve: it returns the
 * oldest 1,000 jobs of the key, ended ones included, and a run every minute creates more in a day.
 */
export async function findOpenJob(tx: Tx, tenantId: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT j.id FROM ${RUN_QUEUE_SCHEMA}.job j WHERE ${isOpenJobOf('$1')} LIMIT 1`,
    [tenantId],
  )
  return rows[0]?.id ?? null
}
