import type { SourceProduct, SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { contentHash } from './content-hash.js'
import { diffPage, type HashedProduct, resolveDuplicates } from './diff.js'
import type { PageCounts } from './ledger.js'
import { recordPage, recordRejects, seenAmong } from './page-store.js'
import { probeProducts, upsertProducts } from './product-store.js'
import type { Session } from './session.js'
import { type Refused, writeIsolating } from './write-isolating.js'

/** A page as the client gives it, of whichever phase. */
export interface ProductsOfPage {
  phase: RunPhase
  page: number
  products: readonly SourceProduct[]
  rejects: readonly SourceReject[]
  /** Whether some of these may have been on an earlier page of this run. */
  mayRepeat: boolean
}

/** Writes what differs, keeps what was refused, remembers what was seen: all of a page but its event. */
export async function commitProducts(tx: Tx, session: Session, page: ProductsOfPage): Promise<PageCounts> {
  const { run } = session
  const hashed: HashedProduct[] = resolveDuplicates(page.products).map((product) => ({
    product,
    hash: contentHash(product.raw),
  }))
  const ids = hashed.map(({ product }) => product.id)
  const stored = await probeProducts(tx, run.tenantId, run.id, ids)
  const seenBefore = page.mayRepeat ? await seenAmong(tx, run, ids) : new Set<string>()
  const refused = await writeIsolating(tx, diffPage(hashed, stored, seenBefore).write, (rows) =>
    upsertProducts(tx, run.tenantId, run.id, rows),
  )
  const refusedIds = new Set(refused.map(({ row }) => row.product.id))
  const kept = hashed.filter(({ product }) => !refusedIds.has(product.id))
  const { created, updated, unchanged } = diffPage(kept, stored, seenBefore)
  const rejects = [...page.rejects, ...refused.map((one, i) => rejectOf(one, page, i))]
  await recordRejects(tx, run, page.phase, rejects)
  // A rejected product is there at the source all the same: the sweep must not take it for gone.
  const rejectedIds = page.rejects.flatMap(({ id }) => (id === null ? [] : [id]))
  await recordPage(tx, run, page.phase, page.page, [...ids, ...rejectedIds])
  return { created, updated, unchanged, errors: rejects.length, retired: 0 }
}

/** Refused rows follow the rows of the page, so that no two rejects share a place. */
function rejectOf({ row, error }: Refused<HashedProduct>, page: ProductsOfPage, index: number): SourceReject {
  return {
    id: row.product.id,
    page: page.page,
    position: page.products.length + page.rejects.length + index,
    field: error.column ?? null,
    reason: `La base de datos no pudo guardar el producto (${error.message}).`,
    payload: row.product.raw,
  }
}
