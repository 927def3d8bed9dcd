import {
  type FetchPage,
  highestOf,
  isAscending,
  type ListedPage,
  type ListQuery,
  lengthOf,
  repeatsARow,
  sameIds,
  union,
} from './listed-page.js'
import { fetchUnlessRefused } from './open-pass.js'
import { compareWithParts, isFull, MAX_ATTEMPTS, partsOf } from './rules.js'

/** A page of the walk after verification. */
export interface VerifiedPage extends ListedPage {
  /** Places whose rows the source leaves out by a rule of its own; negative: rows beyond the page's size. */
  leftOut: number
  /** It repeats the rows of the last page: the list ends on this page or before. */
  repeatsEnd: boolean
  /** It overlaps the page after it in every answer: one of the two may hide rows. */
  overlaps: boolean
}

/**
 * Reads the pages of a list in descending order and verifies short ones: requests a short page again and reads its
 * range in shorter pages, until every place was seen or the source is known to leave rows out. A page that cannot be
 * verified is returned as it is: `proveWhole` then finds that places are missing.
 * @param lowestOfLaterPages the lowest id on the pages that were read already; null: none
 */
export function createPageVerifier(
  fetchPage: FetchPage,
  start: { size: number; lastPage: number },
  lowestOfLaterPages: number | null = null,
) {
  const { size, lastPage } = start
  let end: ListedPage | null = null
  let idsAfter: readonly string[] = lowestOfLaterPages === null ? [] : [String(lowestOfLaterPages)]

  async function fetch(page: number, known: ListedPage | null = null): Promise<VerifiedPage> {
    const result = await fetchFull(page, known)
    return result.repeatsEnd ? result : separate(page, result)
  }

  /**
   * In a list by ascending id every id of a page is lower than those of the page after it. If not, products were deleted
   * in between, or one of the two answers was of another place: both are requested again until they fit.
   */
  async function separate(page: number, result: VerifiedPage): Promise<VerifiedPage> {
    let lower: ListedPage = result
    let shown: ListedPage = result
    for (let attempt = 1; overlap(lower, idsAfter) && attempt <= MAX_ATTEMPTS; attempt++) {
      const after = await fetchUnlessRefused(fetchPage, { page: page + 1, limit: size, order: 'id-asc' })
      idsAfter = after?.ids ?? []
      if (after) shown = union(shown, after)
      // After the page above it: a deletion since may have moved a row from there to here.
      lower = await fetchPage({ page, limit: size, order: 'id-asc' })
      shown = union(shown, lower)
    }
    const overlaps = overlap(lower, idsAfter)
    idsAfter = lower.ids
    return { ...result, ...shown, overlaps }
  }

  /** Whether a page has an id as high as the lowest of the page after it. Not known of a list in another order. */
  function overlap(page: ListedPage, after: readonly string[]): boolean {
    // A source whose pages begin with rows of the page before gives more rows than a page has.
    const surplus = Math.max(0, lengthOf(page) - size, after.length - size)
    const lowest = after[surplus]
    if (lowest === undefined || !isAscending(page.ids) || !isAscending(after)) return false
    return (highestOf(page.ids) ?? 0) >= Number(lowest)
  }

  async function fetchFull(page: number, known: ListedPage | null): Promise<VerifiedPage> {
    const first = known ?? (await fetchPage({ page, limit: size, order: 'id-asc' }))
    const result = await refetchIfSuspect(page, first)
    if (page === lastPage) {
      end = result
      return verified(end)
    }
    if (end && result.ids.length > 0 && sameIds(result, end)) {
      const again = await fetchPage({ page, limit: size, order: 'id-asc' })
      if (sameIds(again, end)) return repeatOfEnd(again)
      return markIfEnd(isFull(again, size) ? verified(again) : await confirm(page, again))
    }
    if (!isFull(result, size)) return markIfEnd(await confirm(page, result))
    end = null
    // Surplus rows are counted in one answer only: the union of two may have more.
    return { ...verified(result), leftOut: result === first ? Math.min(0, size - lengthOf(result)) : 0 }
  }

  /** Fetches the page again if it has a row without a readable id or a repeated one: another may be missing in its place. */
  async function refetchIfSuspect(page: number, result: ListedPage): Promise<ListedPage> {
    if (result.withoutId === 0 && !repeatsARow(result)) return result
    return union(result, await fetchPage({ page, limit: size, order: 'id-asc' }))
  }

  /** A page that has only rows of the last page repeats it, and fills no places of its own. */
  function markIfEnd(page: VerifiedPage): VerifiedPage {
    const known = new Set(end?.ids)
    if (page.ids.length > 0 && page.ids.every((id) => known.has(id))) {
      return repeatOfEnd(page)
    }
    end = null
    return page
  }

  async function confirm(page: number, first: ListedPage): Promise<VerifiedPage> {
    let shown = first
    let asEnd = 0
    for (let attempt = 2; attempt <= MAX_ATTEMPTS; attempt++) {
      const again = await fetchPage({ page, limit: size, order: 'id-asc' })
      // The first answer may have been the wrong one.
      if (end && again.ids.length > 0 && sameIds(again, end) && ++asEnd === 2) {
        return repeatOfEnd(again)
      }
      shown = union(shown, again)
      if (isFull(again, size) && lengthOf(shown) === lengthOf(again)) return verified(shown)
      const parts = await readParts(page)
      if (parts === null) continue
      for (const part of parts.pages) shown = union(shown, part)
      const verdict = compareWithParts(again, parts.pages, parts.size)
      if (verdict === 'whole') return verified(shown)
      if (verdict === 'left_out' && !(await lacksShownRows(page, shown))) {
        return withLeftOut(shown, size - lengthOf(again))
      }
    }
    return verified(shown)
  }

  /**
   * Whether rows of the first page exist that its answers lack. The first of its parts is a first page too, and may be
   * wrong in the same way, so the range is read on second pages.
   */
  async function lacksShownRows(page: number, shown: ListedPage): Promise<boolean> {
    if (page > 1) return false
    const known = new Set(shown.ids)
    const highest = highestOf(shown.ids) ?? 0
    for (const query of secondPagesOver(size)) {
      const other = await fetchUnlessRefused(fetchPage, { ...query, order: 'id-asc' })
      if (other?.ids.some((id) => Number(id) < highest && !known.has(id))) return true
    }
    return false
  }

  async function readParts(page: number): Promise<{ pages: ListedPage[]; size: number } | null> {
    const count = partsOf(size)
    if (count === null || count > 5) return null
    const limit = size / count
    const pages: ListedPage[] = []
    // From the last to the first, like the pages: a deletion in between repeats a row and hides none.
    for (let part = count; part > 0; part--) {
      pages.unshift(await fetchPage({ page: (page - 1) * count + part, limit, order: 'id-asc' }))
    }
    return { pages, size: limit }
  }

  return { fetch }
}

/** Second pages of doubling length: together they cover all places of the range but the first. */
function secondPagesOver(size: number): readonly Pick<ListQuery, 'page' | 'limit'>[] {
  const queries: Pick<ListQuery, 'page' | 'limit'>[] = []
  for (let limit = 1; limit < size; limit *= 2) queries.push({ page: 2, limit })
  return queries
}

function verified(page: ListedPage): VerifiedPage {
  return { ...page, leftOut: 0, repeatsEnd: false, overlaps: false }
}

function withLeftOut(page: ListedPage, leftOut: number): VerifiedPage {
  return { ...verified(page), leftOut }
}

function repeatOfEnd(page: ListedPage): VerifiedPage {
  return { ...verified(page), repeatsEnd: true }
}
