import type { Switches } from '../switches.js'
import { ApiError } from './api-error.js'

/** The rows of a list, read by offset. */
export interface RowSource {
  count: number
  read(offset: number, limit: number): unknown[]
}

/** A page before it is encoded. Faults alter it. */
export interface Page {
  rows: unknown[]
  page: number | string
  /** Null: the response has no `total_pages` (or, in the simple dialect, no `total`). */
  totalPages: number | null
  total: number
  limit: number
}

/** Most values of a comma list. */
const MAX_VALUES = 200

/**
 * The requested page.
 *
 * @throws ApiError 400 where the switches make a limit above the largest, page 0 or a page past the end an error
 */
export function readPage(source: RowSource, query: URLSearchParams, switches: Readonly<Switches>): Page {
  const limit = readLimit(query, switches)
  const pages = Math.ceil(source.count / limit)
  const isZero = /^0+$/.test(query.get('page') ?? '')
  if (isZero && switches.pageZero === 'error') throw new ApiError(400, 'La página solicitada no existe')
  if (isZero && switches.pageZero === 'empty')
    return { rows: [], page: 0, totalPages: pages, total: source.count, limit }
  let page = positive(query.get('page')) ?? 1
  if (page > Math.max(1, pages)) {
    if (switches.pagePastEnd === 'error') throw new ApiError(400, 'La página solicitada no existe')
    if (switches.pagePastEnd === 'last') page = Math.max(1, pages)
  }
  return {
    rows: source.read((page - 1) * limit, limit),
    page: switches.pageAsString ? String(page) : page,
    totalPages: pages === 0 ? switches.emptyTotalPages : pages,
    total: source.count,
    limit,
  }
}

/**
 * The values of a comma list, at most 200; undefined when the parameter is absent or empty.
 *
 * @throws ApiError 400 for more than 200, where the switch says so
 */
export function commaList(
  query: URLSearchParams,
  name: string,
  switches: Readonly<Switches>,
): string[] | undefined {
  const values = (query.get(name) ?? '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
  if (values.length === 0) return undefined
  if (values.length > MAX_VALUES && switches.idsAbove200 === 'error') {
    throw new ApiError(400, `El parámetro ${name} admite hasta ${MAX_VALUES} valores`)
  }
  return values.slice(0, MAX_VALUES)
}

/**
 * The ids of a comma list; undefined when the parameter is absent, empty, or left with none.
 *
 * @throws ApiError 400 for more than 200 or for a value that is no id, where the switches say so
 */
export function idList(
  query: URLSearchParams,
  name: string,
  switches: Readonly<Switches>,
): number[] | undefined {
  const values = commaList(query, name, switches)
  if (!values) return undefined
  const ids = values.filter((value) => /^\d{1,15}$/.test(value)).map(Number)
  if (ids.length < values.length && switches.malformedId === 'error') {
    throw new ApiError(400, `El parámetro ${name} admite solo números`)
  }
  return ids.length === 0 && switches.malformedId === 'ignore' ? undefined : ids
}

/**
 * Returns a function that keeps only the requested fields, or all if the request names no existing one.
 *
 * @throws ApiError 400 for a name that does not exist, where the switch says so
 */
export function project(
  query: URLSearchParams,
  available: readonly string[],
  switches: Readonly<Switches>,
): (row: object) => object {
  const requested = (query.get('fields') ?? '').split(',').map((name) => name.trim())
  const unknown = requested.find((name) => name !== '' && !available.includes(name))
  if (unknown !== undefined && switches.unknownField === 'error') {
    throw new ApiError(400, `Campo desconocido: ${unknown}`)
  }
  const fields = available.filter((name) => requested.includes(name))
  if (fields.length === 0) return (row) => row
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)))
}

function readLimit(query: URLSearchParams, switches: Readonly<Switches>): number {
  const { defaultLimit, maxLimit, limitAbove200 } = switches
  const limit = positive(query.get('limit')) ?? defaultLimit
  if (limit > maxLimit && limitAbove200 === 'error') {
    throw new ApiError(400, `El parámetro limit admite hasta ${maxLimit}`)
  }
  return Math.max(1, Math.min(limit, maxLimit))
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}
