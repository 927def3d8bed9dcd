import type { ChangedProduct } from '@espejo/contract'
import { type Pool, withTenant } from '../db/pool.js'

/** Up to where the changes of a run have been read. */
export interface ChangesCursor {
  /** `change_id` of the newest change that was read; 0: none. */
  change: number
  /** How many products the run had written in total. */
  written: number
}

/** `products`: those changed since the cursor; null: too many to list, or the log does not have them all. */
interface NewChanges extends ChangesCursor {
  products: ChangedProduct[] | null
}

export type ReadChanges = (
  request: { tenantId: string; runId: string } & ChangesCursor,
) => Promise<NewChanges>

/** Above this number, reloading what is shown costs a viewer less than reading each product. */
const MAX_NAMED = 200

/**
 * Reads which products a run has changed in the mirror since a cursor. The ids of a run's changes
 * increase in commit order, because its pages are committed one after another.
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
        [tenantId, runId, change, MAX_NAMED + 1],
      )
      const [first] = rows
      // A dry run only counts what it would write.
      if (!first || first.isDry) return { change, written, products: [] }
      const logged = rows.filter((row) => row.change !== null)
      // A first load does not log the products that it creates, but the ledger counts them.
      const isWhole = logged.length <= MAX_NAMED && first.written - written <= logged.length
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
