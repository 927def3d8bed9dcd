import type { SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import type { RunRow } from '../runs/run-row.js'

type Held = Pick<RunRow, 'tenantId' | 'id' | 'epoch'>

/** Remembers which ids a committed page showed: what the sweep will not touch. */
export async function recordPage(
  tx: Tx,
  run: Held,
  phase: RunPhase,
  page: number,
  ids: readonly string[],
): Promise<void> {
  await tx.query({
    name: 'record-page',
    text: 'INSERT INTO app.run_pages (tenant_id, run_id, phase, page, epoch, ids) VALUES ($1, $2, $3, $4, $5, $6)',
    values: [run.tenantId, run.id, phase, page, run.epoch, ids],
  })
}

/** Keeps rejected rows, with their reason and as they came. */
export async function recordRejects(
  tx: Tx,
  run: Held,
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

/** The lowest and the highest id that this run's walk has shown; null before the first. */
export async function seenRange(tx: Tx, run: Held): Promise<{ lowest: number; highest: number } | null> {
  const { rows } = await tx.query<{ lowest: string | null; highest: string | null }>(
    `SELECT min(seen.id)::text AS lowest, max(seen.id)::text AS highest FROM app.run_pages, unnest(ids) AS seen(id)
      WHERE tenant_id = $1 AND run_id = $2 AND phase = 'products'`,
    [run.tenantId, run.id],
  )
  const [range] = rows
  if (!range?.lowest || !range.highest) return null
  return { lowest: Number(range.lowest), highest: Number(range.highest) }
}

/** Which of these ids an earlier page of this run has shown. */
export async function seenAmong(tx: Tx, run: Held, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await tx.query<{ id: string }>(
    `SELECT DISTINCT seen.id::text AS id FROM app.run_pages, unnest(ids) AS seen(id)
      WHERE tenant_id = $1 AND run_id = $2 AND seen.id = ANY ($3::bigint[])`,
    [run.tenantId, run.id, ids],
  )
  return new Set(rows.map((row) => row.id))
}

/** The number for the next page of a phase that is not numbered by the source. */
export async function nextPage(tx: Tx, run: Held, phase: RunPhase): Promise<number> {
  const { rows } = await tx.query<{ page: number }>(
    `SELECT coalesce(max(page), 0) + 1 AS page FROM app.run_pages
      WHERE tenant_id = $1 AND run_id = $2 AND phase = $3`,
    [run.tenantId, run.id, phase],
  )
  return rows[0]?.page ?? 1
}

/** Products of the mirror that no page of this run has shown, and how many the mirror lists in all. */
export async function unseenProducts(tx: Tx, run: Held): Promise<{ ids: string[]; listed: number }> {
  // A fresh tenant has no statistics, and without them the planner takes a nested loop here that is
  // quadratic. A hash anti-join is right at every size.
  await tx.query('SET LOCAL enable_nestloop = off')
  const { rows } = await tx.query<{ ids: string[]; listed: number }>(
    `WITH seen AS MATERIALIZED (
       SELECT DISTINCT unnest(ids) AS id FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2
     )
     SELECT coalesce(array_agg(p.cianbox_id::text ORDER BY p.cianbox_id) FILTER (WHERE seen.id IS NULL), '{}') AS ids,
            count(*)::int AS listed
       FROM catalog.products p LEFT JOIN seen ON seen.id = p.cianbox_id
      WHERE p.tenant_id = $1 AND p.retired_at IS NULL`,
    [run.tenantId, run.id],
  )
  return rows[0] ?? { ids: [], listed: 0 }
}

/**
 * The pages are evidence for one run's sweep; after its ending they only take room. Not before: whoever
 * takes the run over without them would find the whole mirror unseen.
 */
export async function forgetPages(tx: Tx, run: Held): Promise<void> {
  await tx.query('DELETE FROM app.run_pages WHERE tenant_id = $1 AND run_id = $2', [run.tenantId, run.id])
}
