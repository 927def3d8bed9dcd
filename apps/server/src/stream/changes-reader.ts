import type { ChangedProduct } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'

/** How far the changes of a run have been told. */
export interface ChangesCursor {
  /** The newest change, as the change log numbers them. */
  change: number
  /** Products that the run had written in all. */
  written: number
}

/** `products` that have changed since; null: too many to name, or the log does not have them all. */
interface NewChanges extends ChangesCursor {
  products: ChangedProduct[] | null
}

export type ReadChanges = (
  request: { tenantId: string; runId: string } & ChangesCursor,
) => Promise<NewChanges>

/** More are not named: whoever shows the mirror reads it anew at less cost. */
const MOST_NAMED = 200

/**
 * Reads what a run has changed in the mirror since it was last asked. The changes of a run are
 * numbered in the order in which they are committed, for its pages are committed one after the other.
 */
export function createChangesReader(pool: Pool): ReadChanges {
  return ({ tenantId, runId, change, written }) =>
    withTenant(pool, tenantId, async (tx) => {
      const { rows } = await tx.query<Row>(
        `SELECT r.dry_run AS "isDry", (r.created + r.updated + r.retired)::float8 AS written,
                c.change_id::float8 AS change, c.cianbox_id::text AS id, c.kind
           FROM app.runs r LEFT JOIN LATERAL (
             SELECT change_id, cianbox_id, kind FROM catalog.product_changes
              WHERE tenant_id = r.tenant_id AND run_id = r.run_id AND change_id > $3
              ORDER BY change_id DESC LIMIT $4
           ) c ON true
          WHERE r.tenant_id = $1 AND r.run_id = $2 ORDER BY c.change_id`,
        [tenantId, runId, change, MOST_NAMED + 1],
      )
      const [first] = rows
      // A dry run counts what it would write.
      if (!first || first.isDry) return { change, written, products: [] }
      const logged = rows.filter((row) => row.change !== null)
      // The log does not name what a first load creates; the ledger counts it.
      const isWhole = logged.length <= MOST_NAMED && first.written - written <= logged.length
      return {
        change: logged.at(-1)?.change ?? change,
        written: first.written,
        products: isWhole ? logged.map(({ id, kind }) => ({ id, kind })) : null,
      }
    })
}

type Row = { isDry: boolean; written: number } & (
  | (ChangedProduct & { change: number })
  | { change: null; id: null; kind: null }
)
