import { CianboxError } from '../errors.js'
import { isInBand } from '../http/retry-policy.js'

/** The part of a page that a walk looks at. */
interface Page {
  totalPages: number | null
  received: number
}

export interface WalkOptions<P extends Page> {
  /** For messages. */
  route: string
  maxPages: number
  fetchPage(page: number): Promise<P>
  /** What tells the rows of a page apart: their ids, and for those without one what they say. */
  keysOf(page: P): string[]
  /** Stops as soon as this many different rows have come. */
  expected?: number
}

/**
 * Walks a list to its end, yielding every page that brings something new.
 *
 * Where the server does not say how many pages there are, the end is a page that is empty, shorter
 * than the first or without anything new, or a refusal of a page past the first.
 *
 * @throws {CianboxError} `invalid_response` when a list that says how long it is ends early or
 * repeats itself, or when one goes on for ever: half a list is never taken for a whole one
 */
export async function* walkPages<P extends Page>(options: WalkOptions<P>): AsyncGenerator<P> {
  const { route, maxPages, fetchPage, keysOf, expected } = options
  const seen = new Set<string>()
  let first: P | undefined

  for (let page = 1; page <= maxPages; page++) {
    const answer = await fetchUnlessPastEnd(page)
    if (answer === undefined) return
    first ??= answer
    const known = seen.size
    for (const key of keysOf(answer)) seen.add(key)
    const hasNews = seen.size > known
    if (hasNews) yield answer
    if (isEnd(page, answer, first, hasNews)) return
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

  function isEnd(page: number, { totalPages, received }: P, firstPage: P, hasNews: boolean): boolean {
    if (expected !== undefined && seen.size >= expected) return true
    if (totalPages === null) return !hasNews || received < firstPage.received
    if (page >= totalPages) return true
    if (hasNews) return false
    const fault = received === 0 ? 'is empty' : 'repeats what came before'
    throw new CianboxError('invalid_response', `${route}: page ${page} of ${totalPages} ${fault}`)
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof CianboxError && (error.kind === 'bad_request' || isInBand(error))
}
