import { CianboxError } from '../errors.js'
import { isInBand } from '../http/retry-policy.js'

/** The part of a page that decides whether it is the last. */
interface Page {
  totalPages: number | null
  received: number
}

export interface FetchAllPagesOptions<P extends Page> {
  /** For messages. */
  route: string
  maxPages: number
  fetchPage(page: number): Promise<P>
  /** A unique key of each row: its id or, without one, its content. */
  keysOf(page: P): string[]
  /** Stops as soon as this many different rows were read. */
  expected?: number
}

/**
 * Reads all pages of a list, and yields every page that has a new row.
 *
 * If the response has no number of pages, the list ends with a page that is empty, shorter than the first or
 * without a new row, or with a refusal of a page after the first.
 *
 * @throws {CianboxError} `invalid_response` when a list has fewer pages than its number of pages, repeats
 * pages, or has more than `maxPages`: an incomplete list is never returned as complete
 */
export async function* fetchAllPages<P extends Page>(options: FetchAllPagesOptions<P>): AsyncGenerator<P> {
  const { route, maxPages, fetchPage, keysOf, expected } = options
  const seen = new Set<string>()
  let first: P | undefined

  for (let page = 1; page <= maxPages; page++) {
    const current = await fetchUnlessPastEnd(page)
    if (current === undefined) return
    first ??= current
    const seenBefore = seen.size
    for (const key of keysOf(current)) seen.add(key)
    const hasNewRows = seen.size > seenBefore
    if (hasNewRows) yield current
    if (isEnd(page, current, first, hasNewRows)) return
  }
  throw new CianboxError('invalid_response', `${route} has more than ${maxPages} pages`)

  async function fetchUnlessPastEnd(page: number): Promise<P | undefined> {
    try {
      return await fetchPage(page)
    } catch (error) {
      if (first?.totalPages === null && isRefusal(error)) return undefined
      throw error
    }
  }

  function isEnd(page: number, { totalPages, received }: P, firstPage: P, hasNewRows: boolean): boolean {
    if (expected !== undefined && seen.size >= expected) return true
    if (totalPages === null) return !hasNewRows || received < firstPage.received
    if (page >= totalPages) return true
    if (hasNewRows) return false
    const fault = received === 0 ? 'is empty' : 'repeats what came before'
    throw new CianboxError('invalid_response', `${route}: page ${page} of ${totalPages} ${fault}`)
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof CianboxError && (error.kind === 'bad_request' || isInBand(error))
}
