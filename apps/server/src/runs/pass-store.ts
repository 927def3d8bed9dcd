import { type Pool, type Tx, withTenant } from '../db/pool.js'
import type { RunClaim, RunRow } from './run-row.js'

/** What a pass over the catalogue found at its start. Pinned: page numbers mean nothing without it. */
export interface PassStart {
  /** Rows that a full page has, and that every request of the walk asks for. */
  size: number
  /** Where the list seemed to end; 0: no rows. The end of the pass proves it, or finds more. */
  lastPage: number
  /** Pages up to this one were walked before the list was found to be longer. */
  base: number
  /** The highest id that the front of the list showed: a pass that does not reach it is not whole. */
  top: number
  /** The source's newest time of modification then, by its own clock; null where rows have none. */
  since: string | null
}

/** What the pages of a walk have shown in all. */
export interface WalkCounts {
  /** Different ids. */
  walked: number
  /** Different ids, with those that only what followed the walk has shown. */
  all: number
  withoutId: number
  leftOut: number
  highest: number | null
  /** Rows on the page that the walk began with. */
  lastLength: number
  /** The most rows that one page had beyond its size. */
  surplus: number
}

/** What the run's pass found at its start; null before it has looked. */
export async function readPassStart(pool: Pool, run: RunClaim): Promise<PassStart | null> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<{ pass: PassStart | null }>(
      'SELECT pass FROM app.runs WHERE tenant_id = $1 AND run_id = $2',
      [run.tenantId, run.id],
    )
    return rows[0]?.pass ?? null
  })
}

/** Whether the run walks, or has walked, the whole catalogue. */
export async function hasPassStart(tx: Tx, run: Pick<RunRow, 'tenantId' | 'id'>): Promise<boolean> {
  const { rowCount } = await tx.query(
    'SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 AND pass IS NOT NULL',
    [run.tenantId, run.id],
  )
  return rowCount !== 0
}

/** Pins what the pass found, for whoever takes the run over. A worker that lost the run writes nothing. */
export async function savePassStart(pool: Pool, run: RunClaim, start: PassStart): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET pass = $4 WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch, JSON.stringify(start)],
    ),
  )
}

/**
 * What the pages of the run's walk have shown in all, with rows of their range that were shown later.
 * @param lastPage the page that the walk began with
 */
export async function countWalk(
  pool: Pool,
  run: RunClaim,
  lastPage: number,
): Promise<WalkCounts & { lowest: number | null }> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<WalkCounts & { lowest: number | null }>(
      `WITH pages AS (
         SELECT page, ids, unnamed, left_out FROM app.run_pages
          WHERE tenant_id = $1 AND run_id = $2 AND phase = 'products'),
       walked AS (SELECT DISTINCT unnest(ids) AS id FROM pages),
       later AS (
         SELECT DISTINCT unnest(ids) AS id FROM app.run_pages
          WHERE tenant_id = $1 AND run_id = $2 AND phase = 'drift')
       SELECT (SELECT count(*)::int FROM walked) AS walked,
              (SELECT count(*)::int FROM walked) + (
                SELECT count(*)::int FROM later
                 WHERE NOT EXISTS (SELECT FROM walked w WHERE w.id = later.id)) AS all,
              (SELECT min(id)::float8 FROM walked) AS lowest, (SELECT max(id)::float8 FROM walked) AS highest,
              coalesce(sum(unnamed), 0)::int AS "withoutId", (SELECT coalesce(sum(left_out), 0)::int FROM app.run_pages
                WHERE tenant_id = $1 AND run_id = $2 AND left_out > 0) AS "leftOut",
              coalesce(max(cardinality(ids) + unnamed) FILTER (WHERE page = $3), 0) AS "lastLength",
              greatest(0, -coalesce(min(left_out), 0)) AS surplus
         FROM pages`,
      [run.tenantId, run.id, lastPage],
    )
    if (!rows[0]) throw new Error('An aggregate answers one row.')
    return rows[0]
  })
}
