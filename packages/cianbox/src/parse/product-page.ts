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
  /** The page that the server says this is; null when it does not say. */
  page: number | null
  /** null when the server does not say. */
  totalPages: number | null
  received: number
}

/** One page of products as sent, for those who need not read every row of it. */
export interface ProductRowPage extends Envelope<ProductRow> {}

/** A row as sent, whatever it is. */
export interface ProductRow {
  raw: unknown
  /** The text that `raw` was read from, down to its spaces. */
  json: string
}

/**
 * Reads an answer of `GET /productos`, but none of its rows. Pure.
 *
 * @throws {CianboxError} `invalid_response` when the envelope itself is unusable
 */
export function readProductRows(
  answer: { json: unknown; text: string },
  dialect: Dialect,
  limit: number,
): ProductRowPage {
  const { rows, page, totalPages } = readEnvelope(answer.json, dialect, limit)
  const texts = listTexts(answer.text, LIST_NAME[dialect])
  // Only an answer that is odd in a legal way, such as one that names its list twice, has fewer or more.
  const isWhole = texts.length === rows.length
  const textOf = (raw: unknown, at: number) => (isWhole && texts[at]) || JSON.stringify(raw)
  return { rows: rows.map((raw, at) => ({ raw, json: textOf(raw, at) })), page, totalPages }
}

/** The id of a row as sent; null where it has none that could be one. Pure. */
export function productRowId(row: unknown): string | null {
  return (isRecord(row) && toId(row.id)) || null
}

/**
 * Reads an answer of `GET /productos`. Pure: the input is never changed, though a product's `raw` is
 * the row itself when nothing in it had to be cleaned.
 *
 * A bad row becomes a reject and the rest is kept.
 *
 * @throws {CianboxError} `invalid_response` when the envelope itself is unusable
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
 * Reads rows without their envelope, such as ones that were stored. Pure; a bad row becomes a reject.
 *
 * @param page the page that the rejects name
 */
export function parseProductRows(
  rows: readonly unknown[],
  dialect: Dialect,
  page = 0,
): Pick<ProductPage, 'products' | 'rejects'> {
  const { items, rejects } = mapRows(rows, page, dialect === 'v2' ? mapProductV2 : mapProductSimple)
  return { products: items, rejects }
}
