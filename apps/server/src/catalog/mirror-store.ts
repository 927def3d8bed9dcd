import type { Tx } from '../db/pool.js'

/** A tenant's mirror as a whole. */
export interface Mirror {
  cuenta: string
  /** Newest `updated` of completed runs, by the source's clock; null when unknown. */
  watermark: Date | null
}

/** Null before the first full run has completed. */
export async function findMirror(tx: Tx, tenantId: string): Promise<Mirror | null> {
  const { rows } = await tx.query<Mirror>('SELECT cuenta, watermark FROM app.mirrors WHERE tenant_id = $1', [
    tenantId,
  ])
  return rows[0] ?? null
}

/**
 * Sets the watermark after a completed run to the newest time of modification that it read, by the source's clock, even
 * if that is earlier than before: a wrong future time that was corrected must not hide later changes. Only a full run
 * creates the mirror.
 */
export async function updateMirror(
  tx: Tx,
  tenantId: string,
  run: { cuenta: string; newestSeen: string | null; isFull: boolean },
): Promise<void> {
  if (!run.isFull) {
    await tx.query(
      `UPDATE app.mirrors SET watermark = coalesce($3, watermark)
        WHERE tenant_id = $1 AND cuenta = $2`,
      [tenantId, run.cuenta, run.newestSeen],
    )
    return
  }
  await tx.query(
    `INSERT INTO app.mirrors (tenant_id, cuenta, watermark, full_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (tenant_id) DO UPDATE SET
       watermark = excluded.watermark, cuenta = excluded.cuenta, full_at = excluded.full_at`,
    [tenantId, run.cuenta, run.newestSeen],
  )
}
