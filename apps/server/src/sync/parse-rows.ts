import { type Dialect, parseProductRows, type SourceReject } from '@espejo/cianbox'
import type { ProductToWrite } from '../catalog/product-store.js'
import type { SourceRow, SourceRows } from './source-rows.js'

/** Reads rows into products ready to be written; those that cannot be read become rejects. */
export function parseRows(
  rows: readonly SourceRow[],
  rowsWithoutId: SourceRows['rowsWithoutId'],
  dialect: Dialect,
  page: number,
): { products: ProductToWrite[]; rejects: SourceReject[] } {
  const all = [...rows, ...rowsWithoutId]
  const { products, rejects } = parseProductRows(
    all.map(({ raw }) => raw),
    dialect,
    page,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return {
    products: products.flatMap((product) => {
      const row = byId.get(product.id)
      if (!row) return []
      // Where nothing had to be cleaned the row is stored as it came, and its text is there already.
      const json = product.raw === row.raw ? row.json : JSON.stringify(product.raw)
      return [{ product, hash: row.hash, json }]
    }),
    // The parser counts within what it was given; people look in the page.
    rejects: rejects.map((reject) => ({ ...reject, position: all[reject.position]?.position ?? 0 })),
  }
}
