import type { StoredProduct } from '../../catalog/product-store.js'

/** A page's changes to the ledger. `unchanged` and `errors` can be negative. */
export interface LedgerChange {
  created: number
  updated: number
  unchanged: number
  errors: number
}

/** Whether the row is new, changed or retired, and so must be written. */
export function differs(row: { hash: Buffer }, stored: StoredProduct | undefined): boolean {
  return !stored || stored.retired || !stored.hash.equals(row.hash)
}

/**
 * Counts a page's products. A product that an earlier page of this run has counted (`seenBefore`) is not counted again:
 * if it has changed since, its `unchanged` becomes `updated`; if it was rejected and can be parsed now, its `errors`
 * becomes its present outcome.
 * @param ids distinct ids
 * @param changed the ids of `ids` that are written
 * @param rejectedBefore the ids of `seenBefore` that an earlier page counted as errors
 */
export function countPage(
  ids: readonly string[],
  changed: ReadonlySet<string>,
  stored: ReadonlyMap<string, StoredProduct>,
  seenBefore: ReadonlySet<string>,
  rejectedBefore: ReadonlySet<string>,
): LedgerChange {
  const counts: LedgerChange = { created: 0, updated: 0, unchanged: 0, errors: 0 }
  for (const id of ids) {
    const known = stored.get(id)
    const wasRejected = rejectedBefore.has(id)
    if (wasRejected) counts.errors--
    if (wasRejected || !seenBefore.has(id)) {
      if (!known) counts.created++
      else if (changed.has(id)) counts.updated++
      else counts.unchanged++
    } else if (changed.has(id) && !known?.writtenByThisRun) {
      counts.unchanged--
      counts.updated++
    }
  }
  return counts
}
