import { CianboxError, type ProductOrder } from '@espejo/cianbox'
import type { PassStart } from '../../runs/pass-store.js'
import { incompletePass } from '../failure.js'
import { findLastPage, type PageKind } from '../find-last-page.js'
import { type FetchPage, highestOf, type ListedPage, lengthOf, sameIds, union } from './listed-page.js'
import { divisible, isFull, isRefusal } from './rules.js'

export interface OpenedPass {
  start: PassStart
  /** The last page, which was looked at already; null when the catalogue seems empty. */
  last: ListedPage | null
}

export interface OpenOptions {
  limit: number
  /** An order that shows the newest rows first. */
  front: ProductOrder
  /** The newest believable time of modification on a page. */
  newestOf(page: ListedPage): Promise<string | null>
  /** What an earlier pass found, by which the last page is guessed; null: there was none. */
  earlier: { rows: number; since: string } | null
}

/** No source gives fewer rows a page than this, where it is asked for more: so few are all that there is. */
const SHORTEST_PAGE = 10

/**
 * Looks at the front of the list, for how many rows a page has and how new the newest is, and then at
 * its end. After an earlier pass one look at the end is enough where the source agrees with the guess.
 * Nothing here is proof: a page that is wrongly taken for the last is found out at the end.
 * @returns null when the list seems to have no end
 */
export async function openPass(ask: FetchPage, options: OpenOptions): Promise<OpenedPass | null> {
  const { earlier } = options
  const limit = divisible(options.limit)
  if (earlier && earlier.rows > 0) {
    const lastPage = Math.ceil(earlier.rows / limit)
    const last = await fetchUnlessRefused(ask, { page: lastPage, limit, order: 'id-asc' })
    // A source that gave fewer rows a page than it was asked for would count more pages.
    if (last && last.ids.length > 0 && last.totalPages === lastPage) {
      return { start: { size: limit, lastPage, base: 0, top: 0, since: earlier.since }, last }
    }
  }
  const query = { page: 1, limit, order: options.front }
  let front = await ask(query)
  const isOnly = front.totalPages === 1 && front.ids.length > 0
  if (!isFull(front, limit) && !isOnly) front = union(front, await ask(query))
  const isCapped = lengthOf(front) >= SHORTEST_PAGE && !isFull(front, limit) && front.totalPages !== 1
  const size = isCapped ? divisible(lengthOf(front)) : limit
  const since = await options.newestOf(front)
  const guess = Math.max(1, front.totalPages ?? 1)
  let found = await findEnd(ask, size, guess)
  // The front has rows, so there is a page with rows.
  if (found?.lastPage === 0 && front.ids.length > 0) found = await findEnd(ask, size, guess)
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

/** Where the list seems to end, in pages of `size`; null when it seems to have no end. */
export async function findEnd(
  ask: FetchPage,
  size: number,
  guess: number,
): Promise<{ lastPage: number; last: ListedPage | null } | null> {
  /** The furthest page that was not behind the end. */
  let furthest: { page: number; result: ListedPage } | null = null

  async function kindOf(page: number): Promise<PageKind> {
    const result = await fetchUnlessRefused(ask, { page, limit: size, order: 'id-asc' })
    if (result === null || lengthOf(result) === 0) return 'behind'
    // Some sources answer a page behind the last with the last one again.
    if (furthest && furthest.page < page && sameIds(furthest.result, result)) return 'behind'
    furthest = { page, result }
    const { totalPages } = result
    const isLast = totalPages !== null && (isFull(result, size) ? totalPages === page : totalPages <= page)
    return isLast ? 'end' : 'rows'
  }

  const lastPage = await findLastPage(guess, kindOf)
  if (lastPage === null) return null
  // Written in the search, which the compiler does not see.
  const found = furthest as { page: number; result: ListedPage } | null
  return { lastPage, last: found?.page === lastPage ? found.result : null }
}

/** A page of the list, or null where the source refuses it: some do, behind the end. */
export async function fetchUnlessRefused(
  ask: FetchPage,
  query: Parameters<FetchPage>[0],
): Promise<ListedPage | null> {
  try {
    return await ask(query)
  } catch (error) {
    if (query.page > 1 && error instanceof CianboxError && isRefusal(error)) return null
    throw error
  }
}
