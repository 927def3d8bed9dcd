/** What a page turned out to be, for the search. */
export type PageKind =
  /** Rows, and more may follow. */
  | 'rows'
  /** Rows, and nothing follows: it holds the highest id there is. */
  | 'end'
  /** Behind the end: no rows, or a refusal. */
  | 'behind'

/** Beyond this no catalogue goes; a source that still has rows there repeats itself. */
const MAX_PAGES = 1_000_000

/**
 * The last page with rows on it. The source's own word (`guess`) is where the search begins: where it
 * is right, one look is enough; where it lies, the distance doubles until the end lies between two
 * looks, and is then halved.
 * @param kindOf looks at a page, from 1.
 * @returns 0 when there is no page with rows, and null when there seems to be no end.
 */
export async function findLastPage(
  guess: number,
  kindOf: (page: number) => Promise<PageKind>,
): Promise<number | null> {
  let withRows = 0
  let behind = Number.POSITIVE_INFINITY
  let page = Math.max(1, guess)
  for (let step = 1; behind - withRows > 1; step *= 2) {
    const kind = await kindOf(page)
    if (kind === 'end') return page
    if (kind === 'rows') withRows = page
    else behind = page
    if (withRows >= MAX_PAGES) return null
    const isEnclosed = withRows > 0 && Number.isFinite(behind)
    if (isEnclosed) page = Math.floor((withRows + behind) / 2)
    else page = kind === 'rows' ? page + step : Math.max(1, page - step)
  }
  return withRows
}
