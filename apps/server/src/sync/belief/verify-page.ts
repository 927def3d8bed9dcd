import {
  type FetchPage,
  highestOf,
  type ListedPage,
  type ListQuery,
  lengthOf,
  repeatsARow,
  sameIds,
  union,
} from './listed-page.js'
import { fetchUnlessRefused } from './open-pass.js'
import { compareWithParts, isFull, MAX_ATTEMPTS, partsOf } from './rules.js'

/** A page of the walk, with what it shows for certain. */
export interface VerifiedPage extends ListedPage {
  /** Places of it that the source leaves empty by a rule of its own; negative: rows beyond its size. */
  leftOut: number
  /** It shows the rows of the list's end again: the list ends here or before. */
  repeatsEnd: boolean
}

/**
 * Reads the pages of a list downwards and believes none that is short: it is asked for again, and
 * read once more in shorter pages, until the stretch was seen or is known to have rows left out.
 * What cannot be confirmed so is handed on as it was shown: the proof at the end finds places missing.
 */
export function createPageVerifier(ask: FetchPage, start: { size: number; lastPage: number }) {
  const { size, lastPage } = start
  let end: ListedPage | null = null

  async function fetch(page: number, known: ListedPage | null = null): Promise<VerifiedPage> {
    const first = known ?? (await ask({ page, limit: size, order: 'id-asc' }))
    const result = await unspoiled(page, first)
    if (page === lastPage) {
      end = result
      return asIs(end)
    }
    if (end && result.ids.length > 0 && sameIds(result, end)) {
      const again = await ask({ page, limit: size, order: 'id-asc' })
      if (sameIds(again, end)) return { ...again, leftOut: 0, repeatsEnd: true }
      return unlessEnd(isFull(again, size) ? asIs(again) : await confirm(page, again))
    }
    if (!isFull(result, size)) return unlessEnd(await confirm(page, result))
    end = null
    // Rows beyond a page's size are told of one answer alone: two together may show more.
    return { ...asIs(result), leftOut: result === first ? Math.min(0, size - lengthOf(result)) : 0 }
  }

  /** A row without a readable id, or one that stands twice, may stand for another: the page is asked for again. */
  async function unspoiled(page: number, result: ListedPage): Promise<ListedPage> {
    if (result.withoutId === 0 && !repeatsARow(result)) return result
    return union(result, await ask({ page, limit: size, order: 'id-asc' }))
  }

  /** A page of nothing but rows of the end has no places of its own, whatever else was said of it. */
  function unlessEnd(page: VerifiedPage): VerifiedPage {
    const known = new Set(end?.ids)
    if (page.ids.length > 0 && page.ids.every((id) => known.has(id))) {
      return { ...page, leftOut: 0, repeatsEnd: true }
    }
    end = null
    return page
  }

  async function confirm(page: number, first: ListedPage): Promise<VerifiedPage> {
    let shown = first
    let asEnd = 0
    for (let look = 2; look <= MAX_ATTEMPTS; look++) {
      const again = await ask({ page, limit: size, order: 'id-asc' })
      // The first answer may have been the one that was wrong.
      if (end && again.ids.length > 0 && sameIds(again, end) && ++asEnd === 2) {
        return { ...again, leftOut: 0, repeatsEnd: true }
      }
      shown = union(shown, again)
      if (isFull(again, size) && lengthOf(shown) === lengthOf(again)) return asIs(shown)
      const parts = await readParts(page)
      if (parts === null) continue
      for (const part of parts.pages) shown = union(shown, part)
      const verdict = compareWithParts(again, parts.pages, parts.size)
      if (verdict === 'whole') return asIs(shown)
      if (verdict === 'left_out' && !(await isRefuted(page, shown))) {
        return withLeftOut(shown, size - lengthOf(again))
      }
    }
    return asIs(shown)
  }

  /**
   * The first part of the first page is a first page too, and may be false in the same way: rows that lie
   * there are asked for on second pages.
   */
  async function isRefuted(page: number, shown: ListedPage): Promise<boolean> {
    if (page > 1) return false
    const known = new Set(shown.ids)
    const highest = highestOf(shown.ids) ?? 0
    for (const query of secondPagesOver(size)) {
      const other = await fetchUnlessRefused(ask, { ...query, order: 'id-asc' })
      if (other?.ids.some((id) => Number(id) < highest && !known.has(id))) return true
    }
    return false
  }

  async function readParts(page: number): Promise<{ pages: ListedPage[]; size: number } | null> {
    const count = partsOf(size)
    if (count === null || count > 5) return null
    const limit = size / count
    const pages: ListedPage[] = []
    for (let part = 1; part <= count; part++) {
      pages.push(await ask({ page: (page - 1) * count + part, limit, order: 'id-asc' }))
    }
    return { pages, size: limit }
  }

  return { fetch }
}

/** Second pages, each twice as long as the one before: together they show all places of a list but the first. */
function secondPagesOver(size: number): readonly Pick<ListQuery, 'page' | 'limit'>[] {
  const queries: Pick<ListQuery, 'page' | 'limit'>[] = []
  for (let limit = 1; limit < size; limit *= 2) queries.push({ page: 2, limit })
  return queries
}

function asIs(page: ListedPage): VerifiedPage {
  return { ...page, leftOut: 0, repeatsEnd: false }
}

function withLeftOut(page: ListedPage, leftOut: number): VerifiedPage {
  return { ...page, leftOut, repeatsEnd: false }
}
