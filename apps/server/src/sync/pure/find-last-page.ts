/** What the search learns from one page. */
export type PageKind =
  /** Has rows, and more pages may follow. */
  | 'rows'
  /** Has rows, and is the last page. */
  | 'end'
  /** After the last page: no rows, or refused. */
  | 'past-end'

/** No catalogue has so many pages: a source with rows there repeats them endlessly. */
const MAX_PAGES = 1_000_000

/**
 * Searches the last page with rows, beginning at `guess`, such as the source's total. If the guess is right, one request
 * is enough; else an exponential search encloses the last page, and a binary search finds it.
 * @param kindOf fetches a page, from 1. No page is fetched twice.
 * @returns 0 when no page has rows; null when the list seems to be endless.
 */
export async function findLastPage(
  guess: number,
  kindOf: (page: number) => Promise<PageKind>,
): Promise<number | null> {
  let withRows = 0
  let pastEnd = Number.POSITIVE_INFINITY
  let page = Math.max(1, guess)
  for (let step = 1; pastEnd - withRows > 1; step *= 2) {
    const kind = await kindOf(page)
    if (kind === 'end') return page
    if (kind === 'rows') withRows = page
    else pastEnd = page
    if (withRows >= MAX_PAGES) return null
    const isEnclosed = withRows > 0 && Number.isFinite(pastEnd)
    if (isEnclosed) page = Math.floor((withRows + pastEnd) / 2)
    else page = kind === 'rows' ? page + step : Math.max(1, page - step)
  }
  return withRows
}
