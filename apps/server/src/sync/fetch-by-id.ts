import { type CianboxClient, CianboxError, type ProductRow } from '@espejo/cianbox'
import type { FetchByIds } from './belief/confirm-absence.js'
import { listedPage } from './belief/listed-page.js'
import { isRefusal, MAX_ATTEMPTS } from './belief/rules.js'

/** Most ids of one request, by the vendor's documentation. */
export const IDS_PER_REQUEST = 200

/** Fetches products by id for `confirmAbsence`. */
export function createByIdFetcher(client: CianboxClient, signal: AbortSignal): FetchByIds {
  return async (ids, order) => {
    try {
      return listedPage({ rows: await client.getProductRows(ids, { order, signal }), totalPages: null })
    } catch (error) {
      // More rows than ids were requested.
      if (error instanceof CianboxError && error.kind === 'invalid_response') return null
      throw error
    }
  }
}

/** The rows for some of the ids; null when every request that names this one id fails. */
export interface ByIdResult {
  requested: readonly string[]
  rows: ProductRow[] | null
}

/**
 * Fetches products by id. When the request fails, both halves are requested, breadth first, until the ids that make a
 * request fail are isolated.
 * @throws CianboxError when every request fails
 */
export async function fetchByIdIsolating(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ByIdResult[]> {
  const answers: ByIdResult[] = []
  let parts: (readonly string[])[] = [ids]
  while (parts.length > 0) {
    const halves: (readonly string[])[] = []
    let failure: unknown
    for (const part of parts) {
      try {
        answers.push({ requested: part, rows: await fetchWithRetry(client, part, signal) })
      } catch (error) {
        if (!(error instanceof CianboxError) || !isAboutTheIds(error)) throw error
        failure = error
        if (part.length === 1) answers.push({ requested: part, rows: null })
        else halves.push(part.slice(0, Math.ceil(part.length / 2)), part.slice(Math.ceil(part.length / 2)))
      }
    }
    // No part has an answer yet: the ids are not the cause.
    if (
      failure !== undefined &&
      answers.every(({ rows }) => rows === null) &&
      halves.length >= MAX_FAILING_PARTS * 2
    ) {
      throw failure
    }
    parts = halves
  }
  // A single failing id cannot be distinguished from a source that fails for all ids.
  if (answers.every(({ rows }) => rows === null)) {
    throw new CianboxError('server_error', 'The source answers for none of the ids')
  }
  return answers
}

/** Repeats a request whose pages contradict each other. */
async function fetchWithRetry(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
  attempt = 1,
): Promise<ProductRow[]> {
  try {
    return await client.getProductRows(ids, { signal, serverErrorAttempts: SERVER_ERROR_ATTEMPTS })
  } catch (error) {
    const isInconsistent = error instanceof CianboxError && error.kind === 'invalid_response'
    if (!isInconsistent || attempt === MAX_ATTEMPTS) throw error
    return fetchWithRetry(client, ids, signal, attempt + 1)
  }
}

/**
 * Fewer attempts than open the circuit breaker: a part that fails, and the half of it that fails, are followed by the
 * half that succeeds.
 */
const SERVER_ERROR_ATTEMPTS = 2

/** After so many parts without a single answer the source is considered down. */
const MAX_FAILING_PARTS = 4

function isAboutTheIds(error: CianboxError): boolean {
  return !error.circuitOpen && (isRefusal(error) || error.kind === 'server_error')
}
