import type { SourceProduct } from '@espejo/cianbox'

/** What the mirror holds of a product, as far as telling changed from unchanged needs. */
export interface StoredProduct {
  id: string
  hash: Buffer
  retired: boolean
  /** Whether this very run wrote it, so that the ledger has counted it as written already. */
  writtenByThisRun: boolean
}

export interface HashedProduct {
  product: SourceProduct
  hash: Buffer
}

/** A page against the mirror. Ledger figures are changes; `unchanged` can be negative. */
export interface PageDiff {
  /** Rows to write: new, changed, or back from retirement. */
  write: HashedProduct[]
  created: number
  updated: number
  unchanged: number
}

/** The last row of each id wins: a source that repeats a product within a page means the later one. */
export function resolveDuplicates(products: readonly SourceProduct[]): SourceProduct[] {
  return [...new Map(products.map((product) => [product.id, product])).values()]
}

/**
 * Compares a page, free of duplicates, with what the mirror holds of the same ids. A product that
 * an earlier page of this run has counted (`seenBefore`) is not counted again: if it only now turns
 * out changed, its earlier `unchanged` becomes `updated`.
 */
export function diffPage(
  products: readonly HashedProduct[],
  stored: ReadonlyMap<string, StoredProduct>,
  seenBefore: ReadonlySet<string>,
): PageDiff {
  const diff: PageDiff = { write: [], created: 0, updated: 0, unchanged: 0 }
  for (const hashed of products) {
    const { id } = hashed.product
    const known = stored.get(id)
    const changed = !known || known.retired || !known.hash.equals(hashed.hash)
    if (changed) diff.write.push(hashed)
    if (!seenBefore.has(id)) {
      if (!known) diff.created++
      else if (changed) diff.updated++
      else diff.unchanged++
    } else if (changed && !known?.writtenByThisRun) {
      diff.unchanged--
      diff.updated++
    }
  }
  return diff
}
