import type { PassStart, WalkCounts } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { findLastPage } from '../pure/find-last-page.js'
import { createOverlappingPager } from '../pure/overlapping-pages.js'
import {
  type FetchPage,
  highestOf,
  isDescending,
  type ListedPage,
  lengthOf,
  repeatsARow,
  union,
} from './listed-page.js'
import { fetchUnlessRefused } from './open-pass.js'
import { MAX_ATTEMPTS, partsOf, placesOf } from './rules.js'

/** Where the pages of a pass are recorded. */
export interface PassRecord {
  count(lastPage: number): Promise<WalkCounts>
  /** Writes a page that was read again to the mirror. */
  commitAgain(page: ListedPage): Promise<void>
}

/**
 * Proves that the pass saw every place of the list: it has as many rows as the list had places at the start. A page
 * that was shifted, repeated or answered with the rows of another leaves too few. Fewer rows are accepted only if the
 * list has no more places now, because products were deleted meanwhile. The list is measured again also when later
 * phases found rows that the walk lacks. If the counts still differ, or two pages of the walk had ids in common ranges,
 * the whole list is read once more, in pages that overlap.
 * @throws {@link RunFailure} `incomplete_pass`, `upstream_paging`
 */
export async function proveWhole(
  fetchPage: FetchPage,
  { size, lastPage, overlaps = false }: Pick<PassStart, 'size' | 'lastPage' | 'overlaps'>,
  record: PassRecord,
): Promise<void> {
  const counts = await record.count(lastPage)
  // A source whose pages repeat rows of the previous page does so on the last one too.
  const places = placesOf(size, lastPage, Math.max(0, counts.lastLength - counts.surplus))
  // The newest rows, which tell where the list ends, may be some that no answer had shown.
  const measure: FetchPage = async (query) => {
    const page = await fetchPage(query)
    if (query.order === 'id-desc') await record.commitAgain(page)
    return page
  }
  if (!overlaps) {
    if (counts.all === counts.walked && placesSeen(counts) >= places) return
    if (await matchesCurrentLength(measure, size, lastPage, counts, places)) return
  }
  await rereadList(fetchPage, size, record.commitAgain)
  const after = await record.count(lastPage)
  if (await matchesCurrentLength(measure, size, lastPage, after, places)) return
  throw incompletePass(`mostró ${after.all} productos donde su lista tiene más`)
}

function placesSeen({ all, withoutId, leftOut }: WalkCounts): number {
  return all + withoutId + leftOut
}

async function matchesCurrentLength(
  fetchPage: FetchPage,
  size: number,
  lastPage: number,
  counts: WalkCounts,
  places: number,
): Promise<boolean> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const now = await countPlaces(fetchPage, size, lastPage)
    if (now === 'ignores order') return placesSeen(counts) >= places
    if (now !== null) return placesSeen(counts) >= now
  }
  return false
}

const EMPTY_PAGE: ListedPage = { rows: [], ids: [], withoutId: 0, totalPages: null }

/** Reads the whole list, newest id first, in pages that overlap. */
async function rereadList(
  fetchPage: FetchPage,
  size: number,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  const pager = createOverlappingPager(size)
  const shown = new Set<string>()
  let pagesWithoutNewRows = 0
  for (;;) {
    const window = pager.next()
    const query = { ...window, order: 'id-desc' as const }
    let answer = await fetchUnlessRefused(fetchPage, query)
    if (!answer || lengthOf(answer) < window.limit || repeatsARow(answer)) {
      answer = union(answer ?? EMPTY_PAGE, (await fetchUnlessRefused(fetchPage, query)) ?? EMPTY_PAGE)
    }
    const hasNewRows = answer.ids.some((id) => !shown.has(id))
    // A short page does not prove the end, because rows may be left out. Two pages without new rows do.
    pagesWithoutNewRows = hasNewRows || window.page === 1 ? 0 : pagesWithoutNewRows + 1
    if (pagesWithoutNewRows === 2) return
    for (const id of answer.ids) shown.add(id)
    const outcome = pager.record(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra su lista en páginas que no se continúan')
    await commit(answer)
  }
}

/**
 * Counts the places that the list has now; null when its end cannot be determined. The last page is the first one with
 * the highest id. Reads shorter pages than the walk where possible: an answer that is always wrong for one length may
 * be right for another.
 */
export async function countPlaces(
  fetchPage: FetchPage,
  size: number,
  guess: number,
): Promise<number | 'ignores order' | null> {
  const parts = partsOf(size) ?? 1
  const limit = size / parts
  const newest = await fetchPage({ page: 1, limit, order: 'id-desc' })
  if (!isDescending(newest.ids)) return 'ignores order'
  const top = highestOf(newest.ids)
  if (top === null) return null
  let before = 0
  const without = await findLastPage(Math.max(1, guess * parts), async (page) => {
    const result = await fetchUnlessRefused(fetchPage, { page, limit, order: 'id-asc' })
    const highest = result && highestOf(result.ids)
    if (!highest || highest >= top) return 'past-end'
    before = Math.max(before, highest)
    return 'rows'
  })
  if (without === null) return null
  const last = await fetchUnlessRefused(fetchPage, { page: without + 1, limit, order: 'id-asc' })
  if (last === null || (highestOf(last.ids) ?? 0) < top) return null
  const inNewest = newest.ids.filter((id) => Number(id) > before).length
  return placesOf(limit, without + 1, Math.max(lengthOf(last), inNewest))
}
