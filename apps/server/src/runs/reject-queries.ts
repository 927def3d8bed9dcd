import { isProductId, type Reject, type RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

/** The position of a rejected row. Each phase numbers its pages from 1. */
export type RejectPosition = [phase: RunPhase, page: number, position: number]

/** A run's rejected rows, by phase, page and position, after a position. */
export async function listRejects(
  tx: Tx,
  tenantId: string,
  runId: string,
  limit: number,
  after: RejectPosition | null,
): Promise<Reject[]> {
  const { rows } = await tx.query<Reject>(
    `SELECT cianbox_id AS "cianboxId", phase, page, position, field, reason, payload FROM app.run_rejects
      WHERE tenant_id = $1 AND run_id = $2
        AND ($3::text IS NULL OR (phase, page, position) > ($3, $4::integer, $5::integer))
      ORDER BY phase, page, position LIMIT $6`,
    [tenantId, runId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
  )
  return rows
}

/** The most ids that a run by ids accepts. */
const RETRY_LIMIT = 10_000

/** The product ids among a run's rejected rows, without those that are no valid product id. */
export async function listRejectedIds(tx: Tx, tenantId: string, runId: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT DISTINCT cianbox_id AS id FROM app.run_rejects
      WHERE tenant_id = $1 AND run_id = $2 AND cianbox_id IS NOT NULL AND phase <> 'references' LIMIT $3`,
    [tenantId, runId, RETRY_LIMIT],
  )
  return rows.map(({ id }) => id).filter(isProductId)
}
