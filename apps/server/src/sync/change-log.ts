import { isDeepStrictEqual } from 'node:util'
import { parseProductRows, type SourceProduct } from '@espejo/cianbox'
import type { StoredProduct } from '../catalog/product-store.js'
import { type ProductToWrite, readStoredRows } from '../catalog/product-store.js'
import type { Tx } from '../db/pool.js'
import type { RunRow } from '../runs/run-row.js'
import { creationFields, type FieldChange, fieldChanges } from './field-changes.js'
import type { PhaseContext } from './phase-context.js'
import { isStale } from './pure/content-hash.js'

export interface ProductChange {
  id: string
  kind: 'created' | 'updated' | 'retired' | 'restored'
  fields: FieldChange[]
}

/**
 * The changes that writing these products makes, computed before they are written. `reordered`: ids whose hash differs
 * but whose content does not, because the source serialized them in another way.
 */
export async function findChanges(
  tx: Tx,
  context: PhaseContext,
  products: readonly ProductToWrite[],
  stored: ReadonlyMap<string, StoredProduct>,
): Promise<{ changes: ProductChange[]; reordered: ReadonlySet<string> }> {
  const known = products.map(({ product }) => product.id).filter((id) => stored.has(id))
  const rows = await readStoredRows(tx, context.run.tenantId, known)
  const before = new Map(parseProductRows(rows, context.dialect).products.map((old) => [old.id, old]))
  const changes: ProductChange[] = []
  const reordered = new Set<string>()
  for (const { product } of products) {
    const { id } = product
    const was = stored.get(id)
    const old = before.get(id)
    if (!was) {
      // A created product is in the mirror with all its fields; in a dry run its fields are only here.
      const fields = context.run.dryRun ? creationFields(product) : []
      if (context.logsCreations) changes.push({ id, kind: 'created', fields })
    } else if (!was.retired && old && !isStale(was.hash) && isSame(old, product)) {
      reordered.add(id)
    } else {
      const kind = was.retired ? 'restored' : 'updated'
      changes.push({ id, kind, fields: old ? fieldChanges(old, product) : [] })
    }
  }
  return { changes, reordered }
}

/** `isDeepStrictEqual` ignores the order of keys. */
function isSame(old: SourceProduct, product: SourceProduct): boolean {
  return isDeepStrictEqual(old.raw, product.raw)
}

/** Most changes that a dry run stores as samples; its ledger has the full counts. */
const MAX_DRY_RUN_SAMPLES = 1000

/** Stores the changes, of a dry run as samples. */
export async function recordChanges(
  tx: Tx,
  run: Pick<RunRow, 'tenantId' | 'id' | 'dryRun'>,
  changes: readonly ProductChange[],
): Promise<void> {
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
    [...values, MAX_DRY_RUN_SAMPLES],
  )
}
