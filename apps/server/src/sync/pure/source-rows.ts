import { type ProductRow, productRowId } from '@espejo/cianbox'
import { contentHash } from './content-hash.js'

/** A row as the source sent it, with the hash that detects changes. */
export interface SourceRow extends ProductRow {
  id: string
  /** Position in the page, from 0. */
  position: number
  hash: Buffer
}

/** A page's rows, hashed outside of any transaction, while the previous page is written. */
export interface SourceRows {
  /** One row per product: of repeated rows the last, which counts at the source. */
  rows: SourceRow[]
  /** Rows without a readable id, which are always rejected. */
  rowsWithoutId: { raw: unknown; position: number }[]
  /** Number of rows of the page, with repeats. */
  received: number
}

export function prepareRows(sent: readonly ProductRow[]): SourceRows {
  const rows = new Map<string, SourceRow>()
  const rowsWithoutId: SourceRows['rowsWithoutId'] = []
  for (const [position, { raw, json }] of sent.entries()) {
    const id = productRowId(raw)
    if (id === null) {
      rowsWithoutId.push({ raw, position })
    } else {
      rows.set(id, { id, position, raw, json, hash: contentHash(json) })
    }
  }
  return { rows: [...rows.values()], rowsWithoutId, received: sent.length }
}

/** The lowest and the highest id of a page; null when no row has one. Ids are safe integers. */
export function rangeOf({ rows }: SourceRows): { lowest: number; highest: number } | null {
  if (rows.length === 0) return null
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const id = Number(row.id)
    if (id < lowest) lowest = id
    if (id > highest) highest = id
  }
  return { lowest, highest }
}
