import { CianboxError, type ProductOrder } from '@espejo/cianbox'
import type { PassStart } from '../../runs/pass-store.js'
import { incompletePass } from '../failure.js'
import { findLastPage, type PageKind } from '../pure/find-last-page.js'
import { type FetchPage, highestOf, type ListedPage, lengthOf, sameIds, union } from './listed-page.js'
import { divisible, isFull, isRefusal } from './rules.js'

export interface OpenedPass {
  start: PassStart
  /** The last page, already fetched; null when the catalogue seems empty. */
  last: ListedPage | null
}

export interface OpenOptions {
  /** Rows per page to request. */
  limit: number
  /** An order with the newest rows first. */
  front: ProductOrder
  /** The newest time of modification on a page that is not in the future, ISO 8601 UTC; null when there is none. */
  newestOf(page: ListedPage): Promise<string | null>
  /** Rows and watermark of an earlier pass, from which the last page is estimated; null when there was none. */
  earlier: { rows: number; since: string } | null
}

/** No source caps its pages below this: a shorter first page is the whole list. */
const SHORTEST_PAGE = 10

/**
 * Reads the first page of the newest rows, for the length of a page and the newest time of modification, and then
 * searches the last page. After an earlier pass one request is enough where the source's total equals the estimate.
 * Nothing here is proof: `confirmEnd` detects a wrong last page.
 * @returns null when the list seems to be endless
 */
export async function openPass(fetchPage: FetchPage, options: OpenOptions): Promise<OpenedPass | null> {
  const { earlier } = options
  const limit = divisible(options.limit)
  if (earlier && earlier.rows > 0) {
    const lastPage = Math.ceil(earlier.rows / limit)
    const last = await fetchUnlessRefused(fetchPage, { page: lastPage, limit, order: 'id-asc' })
    // A source that caps its pages would have more of them.
    if (last && last.ids.length > 0 && last.totalPages === lastPage) {
      return { start: { size: limit, lastPage, base: 0, top: 0, since: earlier.since }, last }
    }
  }
  const query = { page: 1, limit, order: options.front }
  let front = await fetchPage(query)
  const isOnly = front.totalPages === 1 && front.ids.length > 0
  if (!isFull(front, limit) && !isOnly) front = union(front, await fetchPage(query))
  const isCapped = lengthOf(front) >= SHORTEST_PAGE && !isFull(front, limit) && front.totalPages !== 1
  const size = isCapped ? divisible(lengthOf(front)) : limit
  const since = await options.newestOf(front)
  const guess = Math.max(1, front.totalPages ?? 1)
  let found = await findEnd(fetchPage, size, guess)
  // Some row exists, so a list without pages is wrong: search once more.
  if (found?.lastPage === 0 && front.ids.length > 0) found = await findEnd(fetchPage, size, guess)
  if (found?.lastPage === 0 && front.ids.length > 0) {
    throw incompletePass('muestra productos en un orden y ninguno en otro')
  }
  return (
    found && {
      start: { size, lastPage: found.lastPage, base: 0, top: highestOf(front.ids) ?? 0, since },
      last: found.last,
    }
  )
}

/** Searches the last page of the list, in pages of `size`; null when it seems to be endless. */
export async function findEnd(
  fetchPage: FetchPage,
  size: number,
  guess: number,
): Promise<{ lastPage: number; last: ListedPage | null } | null> {
  /** The highest page with rows so far. */
  let highestFound: { page: number; result: ListedPage } | null = null

  async function kindOf(page: number): Promise<PageKind> {
    const result = await fetchUnlessRefused(fetchPage, { page, limit: size, order: 'id-asc' })
    if (result === null || lengthOf(result) === 0) return 'past-end'
    // Some sources repeat the last page in place of the pages after it.
    if (highestFound && highestFound.page < page && sameIds(highestFound.result, result)) return 'past-end'
    highestFound = { page, result }
    const { totalPages } = result
    const isLast = totalPages !== null && (isFull(result, size) ? totalPages === page : totalPages <= page)
    return isLast ? 'end' : 'rows'
  }

  const lastPage = await findLastPage(guess, kindOf)
  if (lastPage === null) return null
  // Assigned in the closure, which TypeScript's narrowing does not see.
  const found = highestFound as { page: number; result: ListedPage } | null
  return { lastPage, last: found?.page === lastPage ? found.result : null }
}

/** Fetches a page; null where the source refuses it, as some do after the last page. The first page is never null. */
export async function fetchUnlessRefused(
  fetchPage: FetchPage,
  query: Parameters<FetchPage>[0],
): Promise<ListedPage | null> {
  try {
    return await fetchPage(query)
  } catch (error) {
    if (query.page > 1 && error instanceof CianboxError && isRefusal(error)) return null
    throw error
  }
}
