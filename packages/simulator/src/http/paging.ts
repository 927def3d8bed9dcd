import type { Switches } from '../switches.js'
import { ApiError } from './api-error.js'

/** Where the rows of a list come from. */
export interface RowSource {
  count: number
  read(offset: number, limit: number): unknown[]
}

/** A page before it is encoded. Faults alter it. */
export interface Page {
  rows: unknown[]
  page: number | string
  /** Null: the answer has no `total_pages` (or, in the simple dialect, no `total`). */
  totalPages: number | null
  total: number
  limit: number
}

const MAX_LIMIT = 200
const DEFAULT_LIMIT = 50

/**
 * The page that a request asks for.
 *
 * @throws ApiError 400 where the switches make a limit above 200 or a page past the end an error
 */
export function readPage(source: RowSource, query: URLSearchParams, switches: Readonly<Switches>): Page {
  const limit = readLimit(query, switches)
  const pages = Math.ceil(source.count / limit)
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
  if (values.length > MAX_LIMIT && switches.idsAbove200 === 'error') {
    throw new ApiError(400, `El parámetro ${name} admite hasta ${MAX_LIMIT} valores`)
  }
  return values.slice(0, MAX_LIMIT)
}

/** Keeps the fields that a request names, if it names any that exist. */
export function project(query: URLSearchParams, available: readonly string[]): (row: object) => object {
  const asked = (query.get('fields') ?? '').split(',').map((name) => name.trim())
  const fields = available.filter((name) => asked.includes(name))
  if (fields.length === 0) return (row) => row
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => fields.includes(name)))
}

function readLimit(query: URLSearchParams, switches: Readonly<Switches>): number {
  const limit = positive(query.get('limit')) ?? DEFAULT_LIMIT
  if (limit > MAX_LIMIT && switches.limitAbove200 === 'error') {
    throw new ApiError(400, `El parámetro limit admite hasta ${MAX_LIMIT}`)
  }
  return Math.min(limit, MAX_LIMIT)
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}
