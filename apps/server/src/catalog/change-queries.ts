import type { ProductChange } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

interface ChangeRow extends Omit<ProductChange, 'changedAt'> {
  changedAt: Date
}

/** The name in a subquery, for the rows of the page only: the plan of a join would depend on the statistics. */
const COLUMNS = `c.change_id::text AS "changeId", c.cianbox_id::text AS "cianboxId",
  (SELECT p.name FROM catalog.products p
    WHERE p.tenant_id = c.tenant_id AND p.cianbox_id = c.cianbox_id) AS name,
  c.run_id AS "runId", c.kind, c.fields, c.changed_at AS "changedAt"`

/** The changes of a run in order, after a change id; of a dry run its samples. */
export async function listChangesOfRun(
  tx: Tx,
  tenantId: string,
  run: { id: string; dryRun: boolean },
  limit: number,
  after: string | null,
): Promise<ProductChange[]> {
  const table = run.dryRun ? 'app.dry_run_changes' : 'catalog.product_changes'
  const { rows } = await tx.query<ChangeRow>(
    `SELECT ${COLUMNS} FROM ${table} c
      WHERE tenant_id = $1 AND run_id = $2 AND change_id > $3 ORDER BY change_id LIMIT $4`,
    [tenantId, run.id, after ?? 0, limit],
  )
  return rows.map(toChange)
}

/** The changes of a product, newest first, before a change id. */
export async function listChangesOfProduct(
  tx: Tx,
  tenantId: string,
  cianboxId: string,
  limit: number,
  before: string | null,
): Promise<ProductChange[]> {
  const { rows } = await tx.query<ChangeRow>(
    `SELECT ${COLUMNS} FROM catalog.product_changes c
      WHERE tenant_id = $1 AND cianbox_id = $2 AND ($3::bigint IS NULL OR change_id < $3)
      ORDER BY change_id DESC LIMIT $4`,
    [tenantId, cianboxId, before, limit],
  )
  return rows.map(toChange)
}

function toChange(row: ChangeRow): ProductChange {
  return { ...row, changedAt: row.changedAt.toISOString() }
}
