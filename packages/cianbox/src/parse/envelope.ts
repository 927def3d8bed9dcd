import { CianboxError } from '../errors.js'
import { isRecord, toCount } from './fields.js'

/** The account's response format: API v2 as documented, or the simplified one of some integrations. */
export type Dialect = 'v2' | 'simple'

/** The key of the list in each dialect's responses. */
export const LIST_NAME: Record<Dialect, string> = { v2: 'body', simple: 'data' }

/** The response of a list, with unparsed rows. */
export interface Envelope<Row = unknown> {
  rows: readonly Row[]
  /** The page number in the response. */
  page: number | null
  totalPages: number | null
}

/**
 * Reads `{body: […], page, total_pages}` (v2; past the end the list may be `null`) or
 * `{data: […], total}` (simple).
 *
 * @param limit rows per page, to calculate the pages from the simple dialect's `total`
 * @throws {CianboxError} `invalid_response` when there is no list
 */
export function readEnvelope(json: unknown, dialect: Dialect, limit: number): Envelope {
  if (!isRecord(json)) throw unusable('is no object')
  if (json.status === 'error') throw unusable('has status "error"')
  return dialect === 'v2' ? readV2(json) : readSimple(json, limit)
}

function readV2(json: Record<string, unknown>): Envelope {
  const body = json.body === null ? [] : json.body
  if (!Array.isArray(body)) throw unusable('has no list in `body`', 'data' in json ? 'simple' : undefined)
  return { rows: body, page: toCount(json.page) ?? null, totalPages: toCount(json.total_pages) ?? null }
}

function readSimple(json: Record<string, unknown>, limit: number): Envelope {
  if (!Array.isArray(json.data)) throw unusable('has no list in `data`', 'body' in json ? 'v2' : undefined)
  const total = toCount(json.total)
  const totalPages = total === undefined || limit < 1 ? null : Math.ceil(total / limit)
  return { rows: json.data, page: toCount(json.page) ?? null, totalPages }
}

function unusable(what: string, looksLike?: Dialect): CianboxError {
  return new CianboxError('invalid_response', `The answer ${what}`, {
    retryable: looksLike === undefined,
    operatorMessage:
      looksLike &&
      `La respuesta de Cianbox tiene la forma del dialecto ${looksLike}. Revisá el dialecto en Conexión.`,
  })
}
