import { type Pool, type Tx, withTenant } from '../db/pool.js'
import type { RunRow } from '../runs/run-row.js'
import type { PassStart } from './belief/open-pass.js'

type Held = Pick<RunRow, 'tenantId' | 'id' | 'epoch'>

/** What the run's pass found at its start; null before it has looked. */
export async function readPassStart(pool: Pool, run: Held): Promise<PassStart | null> {
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
export async function savePassStart(pool: Pool, run: Held, start: PassStart): Promise<void> {
  await withTenant(pool, run.tenantId, (tx) =>
    tx.query(
      `UPDATE app.runs SET pass = $4 WHERE tenant_id = $1 AND run_id = $2 AND epoch = $3 AND status = 'running'`,
      [run.tenantId, run.id, run.epoch, JSON.stringify(start)],
    ),
  )
}

/** What the pages of the run's walk have shown in all. */
export interface WalkCounts {
  /** Different ids. */
  distinct: number
  unnamed: number
  leftOut: number
  lowest: number | null
  highest: number | null
  /** Rows on the page that the walk began with. */
  lastLength: number
  /** Rows on the longest page. */
  longest: number
}

/** @param lastPage the page that the walk began with */
export async function countWalk(pool: Pool, run: Held, lastPage: number): Promise<WalkCounts> {
  return withTenant(pool, run.tenantId, async (tx) => {
    const { rows } = await tx.query<WalkCounts>(
      `WITH pages AS (
         SELECT page, ids, unnamed, left_out FROM app.run_pages
          WHERE tenant_id = $1 AND run_id = $2 AND phase = 'products'),
       seen AS (SELECT DISTINCT unnest(ids) AS id FROM pages)
       SELECT (SELECT count(*)::int FROM seen) AS distinct,
              (SELECT min(id)::float8 FROM seen) AS lowest, (SELECT max(id)::float8 FROM seen) AS highest,
              coalesce(sum(unnamed), 0)::int AS unnamed, coalesce(sum(left_out), 0)::int AS "leftOut",
              coalesce(max(cardinality(ids) + unnamed) FILTER (WHERE page = $3), 0) AS "lastLength",
              coalesce(max(cardinality(ids) + unnamed), 0) AS longest
         FROM pages`,
      [run.tenantId, run.id, lastPage],
    )
    if (!rows[0]) throw new Error('An aggregate answers one row.')
    return rows[0]
  })
}
