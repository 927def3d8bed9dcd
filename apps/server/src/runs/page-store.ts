import type { SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import type { RunClaim } from './run-row.js'

/** What a committed page showed. */
export interface PageRecord {
  phase: RunPhase
  page: number
  ids: readonly string[]
  /** Rows without a readable id. */
  withoutId: number
  /** Places that the source leaves empty by a rule of its own; negative: rows beyond the page's size. */
  leftOut: number
}

/** Remembers what a committed page showed: the sweep does not touch it, and it proves that the pass was whole. */
export async function recordPage(tx: Tx, run: RunClaim, shown: PageRecord): Promise<void> {
  await tx.query({
    name: 'record-page',
    text: `INSERT INTO app.run_pages (tenant_id, run_id, phase, page, epoch, ids, unnamed, left_out)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      run.tenantId,
      run.id,
      shown.phase,
      shown.page,
      run.epoch,
      shown.ids,
      shown.withoutId,
      shown.leftOut,
    ],
  })
}

/** Keeps rejected rows, with their reason and as they came. */
export async function recordRejects(
  tx: Tx,
  run: RunClaim,
  phase: RunPhase,
  rejects: readonly SourceReject[],
): Promise<void> {
  if (rejects.length === 0) return
  await tx.query(
    `INSERT INTO app.run_rejects (tenant_id, run_id, phase, page, position, cianbox_id, field, reason, payload)
     SELECT $1, $2, $3, * FROM unnest($4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::json[])
     ON CONFLICT DO NOTHING`,
    [
      run.tenantId,
      run.id,
      phase,
      rejects.map((r) => r.page),
      rejects.map((r) => r.position),
      rejects.map((r) => r.id),
      rejects.map((r) => r.field),
      rejects.map((r) => r.reason),
      rejects.map((r) => JSON.stringify(r.payload) ?? 'null'),
    ],
  )
}

/** Which of these ids an earlier page of this run has shown. */
export async function findOnEarlierPages(
  tx: Tx,
  run: RunClaim,
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await tx.query<{ id: string }>(
    `SELECT DISTINCT seen.id::text AS id FROM app.run_pages, unnest(ids) AS seen(id)
      WHERE tenant_id = $1 AND run_id = $2 AND seen.id = ANY ($3::bigint[])`,
    [run.tenantId, run.id, ids],
  )
  return new Set(rows.map((row) => row.id))
}

/**
 * Takes back the rejects of products that a later page of the run could read after all.
 * @returns the ids of those that had been rejected
 */
export async function deleteRejects(tx: Tx, run: RunClaim, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await tx.query<{ id: string }>(
    `DELETE FROM app.run_rejects
      WHERE tenant_id = $1 AND run_id = $2 AND phase <> 'references' AND cianbox_id = ANY ($3::text[])
      RETURNING cianbox_id AS id`,
    [run.tenantId, run.id, ids],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Products that a run has not seen at the source. */
export interface UnseenProducts {
  /** Those that the mirror lists, and that would be retired. */
  ids: string[]
  /** Those that the run was asked for and the mirror does not list: they may be new. */
  unknown: string[]
  /** How many the mirror lists in all. */
  listed: number
}

/** Of the ids that the run was asked for, those that the source has not shown. */
export async function findUnseenRequested(tx: Tx, run: RunClaim): Promise<UnseenProducts> {
  const { rows } = await tx.query<UnseenProducts>(
    `WITH unseen AS (
       SELECT asked.id, p.cianbox_id IS NOT NULL AS is_listed
         FROM app.runs r CROSS JOIN LATERAL (SELECT DISTINCT unnest(r.requested_ids) AS id) asked
         LEFT JOIN catalog.products p
           ON p.tenant_id = $1 AND p.cianbox_id = asked.id AND p.retired_at IS NULL
        WHERE r.tenant_id = $1 AND r.run_id = $2 AND asked.id NOT IN (
          SELECT unnest(ids) FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2))
     SELECT coalesce(array_agg(id::text ORDER BY id) FILTER (WHERE is_listed), '{}') AS ids,
            coalesce(array_agg(id::text ORDER BY id) FILTER (WHERE NOT is_listed), '{}') AS unknown,
            (SELECT count(*)::int FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NULL) AS listed
       FROM unseen`,
    [run.tenantId, run.id],
  )
  return rows[0] ?? { ids: [], unknown: [], listed: 0 }
}

/** The number for the next page of a phase that is not numbered by the source. */
export async function nextPageNumber(tx: Tx, run: RunClaim, phase: RunPhase): Promise<number> {
  const { rows } = await tx.query<{ page: number }>(
    `SELECT coalesce(max(page), 0) + 1 AS page FROM app.run_pages
      WHERE tenant_id = $1 AND run_id = $2 AND phase = $3`,
    [run.tenantId, run.id, phase],
  )
  return rows[0]?.page ?? 1
}

/** Products of the mirror that no page of this run has shown, and how many the mirror lists in all. */
export async function findUnseenProducts(tx: Tx, run: RunClaim): Promise<UnseenProducts> {
  // A fresh tenant has no statistics, and without them the planner takes a nested loop here that is
  // quadratic. A hash anti-join is right at every size.
  await tx.query('SET LOCAL enable_nestloop = off')
  const { rows } = await tx.query<Omit<UnseenProducts, 'unknown'>>(
    `WITH seen AS MATERIALIZED (
       SELECT DISTINCT unnest(ids) AS id FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2
     )
     SELECT coalesce(array_agg(p.cianbox_id::text ORDER BY p.cianbox_id) FILTER (WHERE seen.id IS NULL), '{}') AS ids,
            count(*)::int AS listed
       FROM catalog.products p LEFT JOIN seen ON seen.id = p.cianbox_id
      WHERE p.tenant_id = $1 AND p.retired_at IS NULL`,
    [run.tenantId, run.id],
  )
  return { ids: [], listed: 0, ...rows[0], unknown: [] }
}

/**
 * The pages are evidence for one run's sweep; after its ending they only take room. Not before: whoever
 * takes the run over without them would find the whole mirror unseen.
 */
export async function deletePages(tx: Tx, run: RunClaim): Promise<void> {
  await tx.query('DELETE FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2', [run.tenantId, run.id])
}
