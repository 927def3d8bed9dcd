import { parseProductRows, type SourceProduct, type SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { type ProductChange, recordChanges, storedRows } from './change-log.js'
import { contentHash } from './content-hash.js'
import { diffPage, type HashedProduct, resolveDuplicates, type StoredProduct } from './diff.js'
import { fieldChanges } from './field-changes.js'
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

export interface CommittedProducts {
  counts: PageCounts
  newest: string | null
}

/** Writes what differs, keeps what was refused, remembers what was seen: all of a page but its event. */
export async function commitProducts(
  tx: Tx,
  session: Session,
  page: ProductsOfPage,
): Promise<CommittedProducts> {
  const { run } = session
  const all: HashedProduct[] = resolveDuplicates(page.products).map((product) => ({
    product,
    hash: contentHash(product.raw),
  }))
  const ids = all.map(({ product }) => product.id)
  const stored = await probeProducts(tx, run.tenantId, run.id, ids)
  const seenBefore = page.mayRepeat ? await seenAmong(tx, run, ids) : new Set<string>()
  // A dry run has written nothing that would tell a second look from the first.
  const hashed = run.dryRun ? all.filter(({ product }) => !seenBefore.has(product.id)) : all

  const { write } = diffPage(hashed, stored, seenBefore)
  const changes = await changesOf(tx, session, write, stored)
  const refused = run.dryRun
    ? []
    : await writeIsolating(tx, write, (rows) => upsertProducts(tx, run.tenantId, run.id, rows))
  const refusedIds = new Set(refused.map(({ row }) => row.product.id))
  await recordChanges(
    tx,
    run,
    changes.filter(({ id }) => !refusedIds.has(id)),
  )

  const kept = hashed.filter(({ product }) => !refusedIds.has(product.id))
  const { created, updated, unchanged } = diffPage(kept, stored, seenBefore)
  const rejects = [...page.rejects, ...refused.map((one, i) => rejectOf(one, page, i))]
  await recordRejects(tx, run, page.phase, rejects)
  // A rejected product is there at the source all the same: the sweep must not take it for gone.
  const rejectedIds = page.rejects.flatMap(({ id }) => (id === null ? [] : [id]))
  await recordPage(tx, run, page.phase, page.page, [...ids, ...rejectedIds])
  return {
    counts: { created, updated, unchanged, errors: rejects.length, retired: 0 },
    newest: newestOf(page.products),
  }
}

/** What writing these rows changes, read before they are written. */
async function changesOf(
  tx: Tx,
  session: Session,
  write: readonly HashedProduct[],
  stored: ReadonlyMap<string, StoredProduct>,
): Promise<ProductChange[]> {
  const known = write.map(({ product }) => product.id).filter((id) => stored.has(id))
  const rows = await storedRows(tx, session.run.tenantId, known)
  const before = new Map(parseProductRows(rows, session.dialect).products.map((old) => [old.id, old]))
  return write.flatMap(({ product }): ProductChange[] => {
    const { id } = product
    const was = stored.get(id)
    if (!was) return session.logsCreations ? [{ id, kind: 'created', fields: [] }] : []
    const old = before.get(id)
    return [{ id, kind: was.retired ? 'restored' : 'updated', fields: old ? fieldChanges(old, product) : [] }]
  })
}

function newestOf(products: readonly SourceProduct[]): string | null {
  return products.reduce<string | null>(
    (newest, { sourceUpdatedAt: at }) => (at !== null && (newest === null || at > newest) ? at : newest),
    null,
  )
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
