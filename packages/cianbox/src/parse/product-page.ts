import { type Dialect, type Envelope, LIST_NAME, readEnvelope } from './envelope.js'
import { isRecord, toId } from './fields.js'
import { listTexts } from './list-texts.js'
import { mapProductSimple } from './product-simple.js'
import { mapProductV2 } from './product-v2.js'
import { mapRows } from './rows.js'
import type { SourceProduct, SourceReject } from './source-product.js'

/** One page of products: `received` = products + rejects. */
export interface ProductPage {
  products: SourceProduct[]
  rejects: SourceReject[]
  /** The page number in the response; null if it has none. */
  page: number | null
  /** null if the response has none. */
  totalPages: number | null
  received: number
}

/** One page of unparsed products, for callers that do not need every row. */
export interface ProductRowPage extends Envelope<ProductRow> {}

/** An unparsed row, valid or not. */
export interface ProductRow {
  raw: unknown
  /** The exact JSON text of `raw`. */
  json: string
}

/**
 * Reads a response of `GET /productos` without parsing its rows. Pure.
 *
 * @throws {CianboxError} `invalid_response` when the envelope is invalid
 */
export function readProductRows(
  response: { json: unknown; text: string },
  dialect: Dialect,
  limit: number,
): ProductRowPage {
  const { rows, page, totalPages } = readEnvelope(response.json, dialect, limit)
  const texts = listTexts(response.text, LIST_NAME[dialect])
  // The numbers differ only for unusual JSON, such as an object with the list's key twice.
  const isComplete = texts.length === rows.length
  const textOf = (raw: unknown, at: number) => (isComplete && texts[at]) || JSON.stringify(raw)
  return { rows: rows.map((raw, at) => ({ raw, json: textOf(raw, at) })), page, totalPages }
}

/** The id of an unparsed row; null if it has no valid one. Pure. */
export function productRowId(row: unknown): string | null {
  return (isRecord(row) && toId(row.id)) || null
}

/**
 * Reads a response of `GET /productos`. Pure: does not change the input. A product's `raw` is the row object
 * itself, unless something in it had to be cleaned.
 *
 * An invalid row becomes a reject, and the other rows are kept.
 *
 * @throws {CianboxError} `invalid_response` when the envelope is invalid
 */
export function parseProductPage(
  json: unknown,
  dialect: Dialect,
  ctx: { requestedPage: number; limit: number },
): ProductPage {
  const { rows, page, totalPages } = readEnvelope(json, dialect, ctx.limit)
  return { ...parseProductRows(rows, dialect, ctx.requestedPage), page, totalPages, received: rows.length }
}

/**
 * Reads rows without their envelope, such as stored ones. Pure; an invalid row becomes a reject.
 *
 * @param page page number for the rejects
 */
export function parseProductRows(
  rows: readonly unknown[],
  dialect: Dialect,
  page = 0,
): Pick<ProductPage, 'products' | 'rejects'> {
  const { items, rejects } = mapRows(rows, page, dialect === 'v2' ? mapProductV2 : mapProductSimple)
  return { products: items, rejects }
}
