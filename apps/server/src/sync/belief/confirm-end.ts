import type { PassStart } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { createOverlappingPager, type Window } from '../pure/overlapping-pages.js'
import {
  descending,
  type FetchPage,
  highestOf,
  isDescending,
  type ListedPage,
  lengthOf,
  repeatsARow,
  union,
} from './listed-page.js'
import { fetchUnlessRefused } from './open-pass.js'
import { MAX_ATTEMPTS, partsOf } from './rules.js'

/** The result of a walk down to the first page of the list. */
export interface WalkResult {
  start: PassStart
  /** Rows on the page that the walk began with, the last of the list. */
  lastLength: number
  /** Distinct rows of the walk. */
  rows: number
  /** The highest id of the walk; null when it has no rows. */
  highest: number | null
}

/** `whole`: the walk saw the end of the list. A number: the list has pages up to this one, at least, still to be walked. */
export type End = 'whole' | number

/**
 * Proves that the walk saw the end of the list. Read in the order `id-desc`, the list must continue without a gap to
 * rows of the walk. This needs no total and no empty page, which may be wrong. From a source that ignores the order the
 * last page is requested again, and the page after it twice.
 * @param commit writes an answer to the mirror
 * @throws {@link RunFailure} `incomplete_pass`, `upstream_paging`
 */
export async function confirmEnd(
  fetchPage: FetchPage,
  walked: WalkResult,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  const { size } = walked.start
  const pager = createOverlappingPager(size)
  for (let isFirst = true; ; isFirst = false) {
    const window = pager.next()
    const answer = await fetchDescending(fetchPage, window, isFirst ? walked : null)
    if (answer === null) return confirmEndWithoutOrder(fetchPage, walked, commit)
    if (isFirst && answer.ids.length > 0 && walked.highest === null) return 1
    if (answer.ids.length === 0) return confirmEmptyList(fetchPage, walked, answer, commit)
    if (isFirst && lacksHighestId(answer, walked))
      await confirmHighestIdGone(fetchPage, walked, answer, commit)
    const outcome = pager.record(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos productos en páginas que no se continúan')
    await commit(answer)
    if (outcome === 'joined' && answer.ids.some((id) => Number(id) <= (walked.highest ?? 0))) return 'whole'
  }
}

/**
 * Fetches one window in the order `id-desc`; once more when rows are missing or the order is another.
 * @param front the walk's result when this is the first page, else null
 * @returns null after two answers in another order: the source ignores the order
 */
async function fetchDescending(
  fetchPage: FetchPage,
  window: Window,
  front: WalkResult | null,
): Promise<ListedPage | null> {
  const query = { ...window, order: 'id-desc' as const }
  const isInOrder = ({ ids }: ListedPage) => front === null || isDescending(ids)
  const first = await fetchPage(query)
  const isShort = front ? lacksRows(first, window, front) : lengthOf(first) < window.limit
  if (isInOrder(first) && !isShort && !repeatsARow(first)) return first
  const second = await fetchPage(query)
  if (isInOrder(first) && isInOrder(second)) return descending(union(first, second))
  const third = isInOrder(first) || isInOrder(second) ? await fetchPage(query) : null
  if (third === null || !isInOrder(third)) return null
  return descending(union(isInOrder(first) ? first : second, third))
}

/** Whether the first page in the order `id-desc` has fewer rows than the walk, or lacks its highest id. */
function lacksRows(answer: ListedPage, { limit }: Window, walked: WalkResult): boolean {
  const expected = walked.rows === 0 ? 1 : Math.min(limit, walked.rows)
  return lengthOf(answer) < expected || lacksHighestId(answer, walked)
}

function lacksHighestId(answer: ListedPage, { highest, start }: WalkResult): boolean {
  return (highestOf(answer.ids) ?? 0) < Math.max(highest ?? 0, start.top)
}

/**
 * The highest id counts as deleted when the second place of the list has a lower id than the first row of the answer.
 * If the answer only lacked it, the second place would have that same id, or a higher one.
 */
async function confirmHighestIdGone(
  fetchPage: FetchPage,
  walked: WalkResult,
  shown: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  if (shown.ids.length < 2) return confirmOnlyRow(fetchPage, walked, shown, commit)
  // A place whose row is left out by rule proves nothing: the next place is read.
  for (const page of [2, 3, 4]) {
    const other = await fetchUnlessRefused(fetchPage, { page, limit: 1, order: 'id-desc' })
    const highest = other && highestOf(other.ids)
    if (!highest) continue
    if (highest < (highestOf(shown.ids) ?? 0)) return
    throw hidden()
  }
}

async function confirmOnlyRow(
  fetchPage: FetchPage,
  walked: WalkResult,
  shown: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  const { size } = walked.start
  const limit = Math.max(1, size / (partsOf(size) ?? size))
  const other = await fetchPage({ page: 1, limit, order: 'id-desc' })
  if (highestOf(other.ids) === highestOf(shown.ids)) return
  if (!lacksHighestId(other, walked)) return commit(other)
  throw hidden()
}

function hidden() {
  return incompletePass('no muestra en la misma lista los últimos productos que había mostrado')
}

/**
 * An empty list counts as empty when its second and third place are empty too: the first page alone may be wrong in
 * every answer.
 */
async function confirmEmptyList(
  fetchPage: FetchPage,
  { highest }: WalkResult,
  answer: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  if (highest !== null) throw incompletePass('dejó de mostrar los productos que había mostrado')
  await commit(answer)
  for (const page of [2, 3]) {
    const other = await fetchUnlessRefused(fetchPage, { page, limit: 1, order: 'id-asc' })
    if (other !== null && lengthOf(other) > 0) {
      throw incompletePass('no muestra ningún producto en la primera página, y sí más adelante')
    }
  }
  return 'whole'
}

/**
 * Reads the last page again until two answers have the same length, and the page after it twice. A short page alone
 * does not prove the end, because the source may leave rows out.
 */
async function confirmEndWithoutOrder(
  fetchPage: FetchPage,
  { start: { size, lastPage }, lastLength }: WalkResult,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  const fetchNumber = (page: number) => fetchUnlessRefused(fetchPage, { page, limit: size, order: 'id-asc' })
  let length = lastLength
  let last = await fetchNumber(lastPage)
  for (let attempt = 2; last === null || lengthOf(last) !== length; attempt++) {
    if (attempt > MAX_ATTEMPTS + 1)
      throw incompletePass(`mostró la última página, la ${lastPage}, cada vez distinta`)
    if (last) await commit(last)
    length = Math.max(length, last ? lengthOf(last) : 0)
    last = await fetchNumber(lastPage)
  }
  await commit(last)
  const known = new Set(last.ids)
  for (let attempt = 1; attempt <= 2; attempt++) {
    const after = await fetchNumber(lastPage + 1)
    if (after?.ids.some((id) => !known.has(id))) return Math.max(lastPage + 1, after.totalPages ?? 0)
    if (after === null && (last.totalPages ?? 0) > lastPage) {
      throw incompletePass(`dice que hay más páginas que ${lastPage} y no las muestra`)
    }
  }
  return 'whole'
}
