import { type CianboxClient, CianboxError, type ProductRow } from '@espejo/cianbox'
import type { FetchByIds } from './belief/confirm-absence.js'
import { listedPage } from './belief/listed-page.js'
import { isRefusal, MAX_ATTEMPTS } from './belief/rules.js'

/** Most ids that one request may name (vendor's documentation). */
export const IDS_PER_REQUEST = 200

/** Asks a source for products by id. */
export function createByIdFetcher(client: CianboxClient, signal: AbortSignal): FetchByIds {
  return async (ids, order) => {
    try {
      return listedPage({ rows: await client.getProductRows(ids, { order, signal }), totalPages: null })
    } catch (error) {
      // More rows than ids were asked for.
      if (error instanceof CianboxError && error.kind === 'invalid_response') return null
      throw error
    }
  }
}

/** A part of the ids asked for, with what the source answered: null where it cannot answer for that one id. */
export interface ByIdAnswer {
  asked: readonly string[]
  rows: ProductRow[] | null
}

/**
 * Asks for products by id. Where the source fails for some of them, halves are asked for, both before
 * either is halved again, until the ids that it cannot answer for stand alone.
 * @throws CianboxError when the source fails whatever it is asked for
 */
export async function fetchByIdIsolating(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ByIdAnswer[]> {
  const answers: ByIdAnswer[] = []
  let parts: (readonly string[])[] = [ids]
  while (parts.length > 0) {
    const halves: (readonly string[])[] = []
    let failure: unknown
    for (const part of parts) {
      try {
        answers.push({ asked: part, rows: await fetchWithRetry(client, part, signal) })
      } catch (error) {
        if (!(error instanceof CianboxError) || !isAboutTheIds(error)) throw error
        failure = error
        if (part.length === 1) answers.push({ asked: part, rows: null })
        else halves.push(part.slice(0, Math.ceil(part.length / 2)), part.slice(Math.ceil(part.length / 2)))
      }
    }
    // Where nothing at all was answered, it is not about some of the ids.
    if (
      failure !== undefined &&
      answers.every(({ rows }) => rows === null) &&
      halves.length >= MAX_FAILING_PARTS * 2
    ) {
      throw failure
    }
    parts = halves
  }
  // One id alone cannot be told from a source that fails for all.
  if (answers.every(({ rows }) => rows === null)) {
    throw new CianboxError('server_error', 'The source answers for none of the ids')
  }
  return answers
}

/** An answer whose pages do not add up is asked for again. */
async function fetchWithRetry(
  client: CianboxClient,
  ids: readonly string[],
  signal: AbortSignal,
  look = 1,
): Promise<ProductRow[]> {
  try {
    return await client.getProductRows(ids, { signal })
  } catch (error) {
    const isMuddled = error instanceof CianboxError && error.kind === 'invalid_response'
    if (!isMuddled || look === MAX_ATTEMPTS) throw error
    return fetchWithRetry(client, ids, signal, look + 1)
  }
}

/** So many parts without a single answer say that the source is in trouble, whatever it is asked for. */
const MAX_FAILING_PARTS = 4

function isAboutTheIds(error: CianboxError): boolean {
  return !error.circuitOpen && (isRefusal(error) || error.kind === 'server_error')
}
