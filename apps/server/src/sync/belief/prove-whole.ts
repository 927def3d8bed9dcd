import type { PassStart, WalkCounts } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { findLastPage } from '../find-last-page.js'
import { createOverlappingPager } from '../overlapping-pages.js'
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

/** What the proof needs of whoever keeps the record of the pass. */
export interface PassRecord {
  count(lastPage: number): Promise<WalkCounts>
  /** Mirrors what the list showed once more. */
  commitAgain(page: ListedPage): Promise<void>
}

/**
 * Proves that the pass saw every place of the list. One page that was shifted, repeated, or answered with
 * another's rows leaves too few rows for the places that the list had at the start. Fewer are believed
 * only where products were deleted meanwhile: then as many as it has now. The same where the walk's end
 * was not the list's, or rows came to light later that the walk should have shown. Where that fails the
 * whole list is read once more, in pages that overlap.
 * @throws {@link RunFailure} `incomplete_pass`, `upstream_paging`
 */
export async function proveWhole(
  ask: FetchPage,
  { size, lastPage }: Pick<PassStart, 'size' | 'lastPage'>,
  record: PassRecord,
): Promise<void> {
  const counts = await record.count(lastPage)
  // A source that begins each page with rows of the one before does so on the last one too.
  const places = placesOf(size, lastPage, Math.max(0, counts.lastLength - counts.surplus))
  if (counts.all === counts.walked && seenIn(counts) >= places) return
  if (await agreesWithNow(ask, size, lastPage, counts, places)) return
  await readAgain(ask, size, record.commitAgain)
  const after = await record.count(lastPage)
  if (await agreesWithNow(ask, size, lastPage, after, places)) return
  throw incompletePass(`mostró ${after.all} productos donde su lista tiene más`)
}

function seenIn({ all, withoutId, leftOut }: WalkCounts): number {
  return all + withoutId + leftOut
}

async function agreesWithNow(
  ask: FetchPage,
  size: number,
  lastPage: number,
  counts: WalkCounts,
  places: number,
): Promise<boolean> {
  for (let look = 1; look <= MAX_ATTEMPTS; look++) {
    const now = await placesNow(ask, size, lastPage)
    if (now === 'takes no order') return seenIn(counts) >= places
    if (now !== null) return seenIn(counts) >= now
  }
  return false
}

const NOTHING: ListedPage = { rows: [], ids: [], withoutId: 0, totalPages: null }

/** Reads the whole list from its front: each page begins on a row that the one before has shown. */
async function readAgain(
  ask: FetchPage,
  size: number,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  const order = createOverlappingPager(size)
  const shown = new Set<string>()
  let withoutNews = 0
  for (;;) {
    const window = order.next()
    const query = { ...window, order: 'id-desc' as const }
    let answer = await fetchUnlessRefused(ask, query)
    if (!answer || lengthOf(answer) < window.limit || repeatsARow(answer)) {
      answer = union(answer ?? NOTHING, (await fetchUnlessRefused(ask, query)) ?? NOTHING)
    }
    const hasNews = answer.ids.some((id) => !shown.has(id))
    // A short page is no end, as rows may be left out: those behind the end show nothing new.
    withoutNews = hasNews || window.page === 1 ? 0 : withoutNews + 1
    if (withoutNews === 2) return
    for (const id of answer.ids) shown.add(id)
    const outcome = order.take(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra su lista en páginas que no se continúan')
    await commit(answer)
  }
}

/**
 * How many places the list has now; null when its end cannot be proved. Its last page is the first that
 * shows the highest id, and is as long as it and the newest products say. Asked in shorter pages where
 * that is possible: a source that answers one question wrongly for good is asked another.
 */
export async function placesNow(
  ask: FetchPage,
  size: number,
  guess: number,
): Promise<number | 'takes no order' | null> {
  const parts = partsOf(size) ?? 1
  const limit = size / parts
  const newest = await ask({ page: 1, limit, order: 'id-desc' })
  if (!isDescending(newest.ids)) return 'takes no order'
  const top = highestOf(newest.ids)
  if (top === null) return null
  let before = 0
  const without = await findLastPage(Math.max(1, guess * parts), async (page) => {
    const result = await fetchUnlessRefused(ask, { page, limit, order: 'id-asc' })
    const highest = result && highestOf(result.ids)
    if (!highest || highest >= top) return 'behind'
    before = Math.max(before, highest)
    return 'rows'
  })
  if (without === null) return null
  const last = await fetchUnlessRefused(ask, { page: without + 1, limit, order: 'id-asc' })
  if (last === null || (highestOf(last.ids) ?? 0) < top) return null
  const inNewest = newest.ids.filter((id) => Number(id) > before).length
  return placesOf(limit, without + 1, Math.max(lengthOf(last), inNewest))
}
