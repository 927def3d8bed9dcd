import type { SourceProduct } from '@espejo/cianbox'
import type { Tx } from '../db/pool.js'
import type { RunRow } from '../runs/run-row.js'
import type { FieldChange } from './field-changes.js'

export interface ProductChange {
  id: string
  kind: 'created' | 'updated' | 'retired' | 'restored'
  fields: FieldChange[]
}

type Held = Pick<RunRow, 'tenantId' | 'id' | 'dryRun'>

/** A dry run's report keeps samples; its ledger has the numbers. */
const DRY_RUN_SAMPLES = 1000

/** Writes down what changed, or, in a dry run, what would have. */
export async function recordChanges(tx: Tx, run: Held, changes: readonly ProductChange[]): Promise<void> {
  if (changes.length === 0) return
  const values = [
    run.tenantId,
    run.id,
    changes.map(({ id }) => id),
    changes.map(({ kind }) => kind),
    changes.map(({ fields }) => JSON.stringify(fields)),
  ]
  const source = `SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::jsonb[])`
  if (!run.dryRun) {
    await tx.query(
      `INSERT INTO catalog.product_changes (tenant_id, run_id, cianbox_id, kind, fields) ${source}`,
      values,
    )
    return
  }
  await tx.query(
    `INSERT INTO app.dry_run_changes (tenant_id, run_id, cianbox_id, kind, fields) ${source}
      LIMIT greatest(0, $6 - (SELECT count(*) FROM app.dry_run_changes WHERE tenant_id = $1 AND run_id = $2))`,
    [...values, DRY_RUN_SAMPLES],
  )
}

/** The upstream rows that the mirror holds of these products, as they were when last written. */
export async function storedRows(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<SourceProduct['raw'][]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<{ raw: SourceProduct['raw'] }>(
    'SELECT raw FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = ANY ($2::bigint[])',
    [tenantId, ids],
  )
  return rows.map(({ raw }) => raw)
}
