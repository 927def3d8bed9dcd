import type { SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import type { RunClaim } from './run-row.js'

/** What a committed page contained. */
export interface PageRecord {
  phase: RunPhase
  page: number
  /** Each once. */
  ids: readonly string[]
  /** The lowest and the highest of them; null where that is not known, or there are none. */
  range: { lowest: number; highest: number } | null
  /** Number of rows without a readable id. */
  withoutId: number
  /** Places whose rows the source leaves out by a rule of its own; negative: rows beyond the page's size. */
  leftOut: number
}

/** Records a committed page. The sweep does not retire its ids, and it counts in the proof that the pass was whole. */
export async function recordPage(tx: Tx, run: RunClaim, shown: PageRecord): Promise<void> {
  await tx.query({
    name: 'record-page',
    text: `INSERT INTO app.run_pages (tenant_id, run_id, phase, page, epoch, ids, unnamed, left_out, lowest, highest)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      run.tenantId,
      run.id,
      shown.phase,
      shown.page,
      run.epoch,
      shown.ids,
      shown.withoutId,
      shown.leftOut,
      shown.range?.lowest ?? null,
      shown.range?.highest ?? null,
    ],
  })
}

/** Stores rejected rows unchanged, with their reason. */
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

/** Which of these ids are on an earlier page of this run. */
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
 * Deletes the rejects of products that were read on a later page of the run.
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

/** Products that no page of a run contained. */
export interface UnseenProducts {
  /** Those that the mirror lists: candidates for retirement. */
  ids: string[]
  /** Requested ids (mode `ids`) that the mirror does not list: they may be new products. */
  unknown: string[]
  /** How many the mirror lists in all. */
  listed: number
}

/** The requested ids (mode `ids`) that no page of the run contained. */
export async function findUnseenRequested(tx: Tx, run: RunClaim): Promise<UnseenProducts> {
  const { rows } = await tx.query<UnseenProducts>(
    `WITH unseen AS (
       SELECT requested.id, p.cianbox_id IS NOT NULL AS is_listed
         FROM app.runs r CROSS JOIN LATERAL (SELECT DISTINCT unnest(r.requested_ids) AS id) requested
         LEFT JOIN catalog.products p
           ON p.tenant_id = $1 AND p.cianbox_id = requested.id AND p.retired_at IS NULL
        WHERE r.tenant_id = $1 AND r.run_id = $2 AND requested.id NOT IN (
          SELECT unnest(ids) FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2))
     SELECT coalesce(array_agg(id::text ORDER BY id) FILTER (WHERE is_listed), '{}') AS ids,
            coalesce(array_agg(id::text ORDER BY id) FILTER (WHERE NOT is_listed), '{}') AS unknown,
            (SELECT count(*)::int FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NULL) AS listed
       FROM unseen`,
    [run.tenantId, run.id],
  )
  return rows[0] ?? { ids: [], unknown: [], listed: 0 }
}

/** The next page number of a phase whose pages the source does not number. */
export async function nextPageNumber(tx: Tx, run: RunClaim, phase: RunPhase): Promise<number> {
  const { rows } = await tx.query<{ page: number }>(
    `SELECT coalesce(max(page), 0) + 1 AS page FROM app.run_pages
      WHERE tenant_id = $1 AND run_id = $2 AND phase = $3`,
    [run.tenantId, run.id, phase],
  )
  return rows[0]?.page ?? 1
}

/** Products of the mirror that no page of this run contained. */
export async function findUnseenProducts(tx: Tx, run: RunClaim): Promise<UnseenProducts> {
  // Without statistics, as for a new tenant, the planner chooses a nested loop, which is quadratic here. A hash
  // anti-join is fast at every size.
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
 * Deletes the records of a run's pages, in the transaction that ends the run. Not before: the sweep of a worker that
 * takes the run over would find every product unseen.
 */
export async function deletePages(tx: Tx, run: RunClaim): Promise<void> {
  await tx.query('DELETE FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2', [run.tenantId, run.id])
}
