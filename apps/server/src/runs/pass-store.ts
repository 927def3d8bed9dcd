import { type Pool, type Tx, withTenant } from '../db/pool.js'
import type { RunClaim, RunRow } from './run-row.js'

/** What a pass over the catalogue found at its start. Stored with the run: its page numbers depend on it. */
export interface PassStart {
  /** Rows of a full page, and the `limit` of every request of the walk. */
  size: number
  /** The last page of the list as found at the start; 0: no rows. Confirmed or corrected at the end of the pass. */
  lastPage: number
  /** Pages up to this one were walked before the list was found to be longer; 0 at first. */
  base: number
  /** The highest id on the first page of the newest products; 0: not read. A whole pass contains it. */
  top: number
  /** The newest `updated` at the start, by the source's clock, ISO 8601 UTC; null where rows have none. */
  since: string | null
  /** Neighbouring pages overlapped in every answer, so that counts alone prove nothing. @defaultValue false */
  overlaps?: boolean
}

/** Totals over the pages of a walk. */
export interface WalkCounts {
  /** Distinct ids of the walk. */
  walked: number
  /** Distinct ids of the walk and of the `drift` phase. */
  all: number
  /** Rows without a readable id. */
  withoutId: number
  /** Places whose rows the source leaves out by a rule of its own. */
  leftOut: number
  lowest: number | null
  highest: number | null
  /** Rows on the first page of the walk, which is the last of the list. */
  lastLength: number
  /** The lowest id on the page before it. */
  lowestBeforeLast: number | null
  /** The most rows that a page had beyond its size. */
  surplus: number
}

/** Null before the pass has started. */
export async function readPassStart(pool: Pool, run: RunClaim): Promise<PassStart | null> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<{ pass: PassStart | null }>(
      'SELECT pass FROM app.runs WHERE tenant_id = $1 AND run_id = $2',
      [run.tenantId, run.id],
    )
    return rows[0]?.pass ?? null
  })
}

/** Whether the run has started to walk the whole catalogue. */
export async function hasPassStart(tx: Tx, run: Pick<RunRow, 'tenantId' | 'id'>): Promise<boolean> {
  const { rowCount } = await tx.query(
    'SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 AND pass IS NOT NULL',
    [run.tenantId, run.id],
  )
  return rowCount !== 0
}

/** Stores the start of the pass for a worker that takes the run over. Writes nothing when the run is no longer held. */
export async function savePassStart(pool: Pool, run: RunClaim, start: PassStart): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET pass = $4 WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch, JSON.stringify(start)],
    ),
  )
}

/**
 * Totals over the run's pages.
 * @param lastPage the first page of the walk, which is the last of the list
 */
export async function countWalk(pool: Pool, run: RunClaim, lastPage: number): Promise<WalkCounts> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<WalkCounts>(
      `WITH pages AS MATERIALIZED (
         SELECT page, ids, unnamed, left_out, lowest, highest,
                -- Unknown bounds may overlap any others.
                cardinality(ids) > 0 AND coalesce(lag(highest) OVER (ORDER BY lowest) >= lowest, lowest IS NULL) AS overlaps_another
           FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2 AND phase = 'products'),
       walked AS (
         SELECT CASE WHEN bool_or(overlaps_another) THEN (SELECT count(DISTINCT id) FROM pages, unnest(ids) AS id)
                     ELSE coalesce(sum(cardinality(ids)), 0) END::int AS count
           FROM pages),
       later AS (
         SELECT DISTINCT unnest(ids) AS id FROM app.run_pages
          WHERE tenant_id = $1 AND run_id = $2 AND phase = 'drift')
       SELECT walked.count AS walked,
              walked.count + (SELECT count(*)::int FROM later WHERE NOT EXISTS (
                SELECT FROM pages
                 WHERE (lowest IS NULL OR later.id BETWEEN lowest AND highest) AND later.id = ANY (ids))) AS all,
              bounds.lowest, bounds.highest, bounds.lowest_before_last AS "lowestBeforeLast",
              coalesce(sum(unnamed), 0)::int AS "withoutId", (SELECT coalesce(sum(left_out), 0)::int FROM app.run_pages
                WHERE tenant_id = $1 AND run_id = $2 AND left_out > 0) AS "leftOut",
              coalesce(max(cardinality(ids) + unnamed) FILTER (WHERE page = $3), 0) AS "lastLength",
              greatest(0, -coalesce(min(left_out), 0)) AS surplus
         FROM walked CROSS JOIN (
           SELECT min(least(pages.lowest, of_ids.lowest))::float8 AS lowest, max(greatest(pages.highest, of_ids.highest))::float8 AS highest,
                  min(least(pages.lowest, of_ids.lowest)) FILTER (WHERE page = $3 - 1)::float8 AS lowest_before_last
             FROM pages LEFT JOIN LATERAL (
               SELECT min(id) AS lowest, max(id) AS highest FROM unnest(ids) AS id) AS of_ids ON pages.lowest IS NULL) AS bounds
         LEFT JOIN pages ON true
        GROUP BY walked.count, bounds.lowest, bounds.highest, bounds.lowest_before_last`,
      [run.tenantId, run.id, lastPage],
    )
    if (!rows[0]) throw new Error('An aggregate answers one row.')
    return rows[0]
  })
}
