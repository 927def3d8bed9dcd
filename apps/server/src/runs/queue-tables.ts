import type { Tx } from '../db/pool.js'

/** Where pg-boss keeps its tables, and the queue of runs in them. */
export const RUN_QUEUE_SCHEMA = 'pgboss'
export const RUN_QUEUE = 'runs'

/** The condition of pg-boss's unique index on the open jobs of exclusive queues, for the table `job j`. */
export function isOpenJobOf(tenantId: string): string {
  return `j.name = '${RUN_QUEUE}' AND COALESCE(j.singleton_key, '') = ${tenantId}
     AND j.state <= 'active' AND j.policy = 'exclusive'`
}

/**
 * The tenant's one job that has not ended, by the index that allows no second one. Not pg-boss's `findJobs`:
 * it gives the oldest thousand of the key, ended ones included, and a day of runs every minute is more.
 */
export async function findOpenJob(tx: Tx, tenantId: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT j.id FROM ${RUN_QUEUE_SCHEMA}.job j WHERE ${isOpenJobOf('$1')} LIMIT 1`,
    [tenantId],
  )
  return rows[0]?.id ?? null
}
