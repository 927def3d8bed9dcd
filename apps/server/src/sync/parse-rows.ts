import { type Dialect, parseProductRows, type SourceReject } from '@espejo/cianbox'
import type { ProductToWrite } from '../catalog/product-store.js'
import type { SourceRow, SourceRows } from './pure/source-rows.js'

/** Parses rows into products to write; rows that cannot be parsed become rejects. */
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
      // A row that the parser did not have to clean is stored unchanged, so its JSON text is reused.
      const json = product.raw === row.raw ? row.json : JSON.stringify(product.raw)
      return [{ product, hash: row.hash, json }]
    }),
    // The parser's positions are those in its input; rejects have the position in the page.
    rejects: rejects.map((reject) => ({ ...reject, position: all[reject.position]?.position ?? 0 })),
  }
}
