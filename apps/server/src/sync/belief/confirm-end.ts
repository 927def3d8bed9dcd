import type { PassStart } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { createOverlappingPager, type Window } from '../overlapping-pages.js'
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

/** What a walk has shown when it has reached the front of the list. */
export interface Walked {
  start: PassStart
  /** Rows on its last page when it began. */
  lastLength: number
  /** Rows that it showed in all, at least. */
  rows: number
  /** The highest id that it showed; null: none. */
  highest: number | null
}

/**
 * What the end of the list turned out to be.
 * `whole`: all of it was seen; a page number: the list goes on to there, and the pages behind the one
 * that was taken for the last are still to be walked.
 */
export type End = 'whole' | number

/**
 * Proves the end of a walk by what is shown, not by what is missing: read from the highest id down, the
 * list must lead to rows that the walk has shown. Where the source takes no order, its last page is
 * asked for again, and what lies behind it twice.
 * @param commit mirrors an answer
 * @throws {@link RunFailure} `incomplete_pass`, `upstream_paging`
 */
export async function confirmEnd(
  ask: FetchPage,
  walked: Walked,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  const { size } = walked.start
  const order = createOverlappingPager(size)
  for (let isFirst = true; ; isFirst = false) {
    const window = order.next()
    const answer = await askDownwards(ask, window, isFirst ? walked : null)
    if (answer === null) return confirmEndWithoutOrder(ask, walked, commit)
    if (isFirst && answer.ids.length > 0 && walked.highest === null) return 1
    if (answer.ids.length === 0) return endOfNothing(ask, walked, answer, commit)
    if (isFirst && hidesTop(answer, walked)) await confirmTop(ask, walked, answer, commit)
    const outcome = order.take(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos productos en páginas que no se continúan')
    await commit(answer)
    if (outcome === 'joined' && answer.ids.some((id) => Number(id) <= (walked.highest ?? 0))) return 'whole'
  }
}

/**
 * One window of the list from the highest id down. An answer that hides something, or is not in that order, is
 * asked for again.
 * @param front what the walk has shown, where this is the list's front
 * @returns null where two answers are not in that order: the source takes none
 */
async function askDownwards(
  ask: FetchPage,
  window: Window,
  front: Walked | null,
): Promise<ListedPage | null> {
  const query = { ...window, order: 'id-desc' as const }
  const isInOrder = ({ ids }: ListedPage) => front === null || isDescending(ids)
  const first = await ask(query)
  const hides = front ? hidesSomething(first, front) : first.ids.length === 0
  if (isInOrder(first) && !hides && !repeatsARow(first)) return first
  const second = await ask(query)
  if (isInOrder(first) && isInOrder(second)) return descending(union(first, second))
  const third = isInOrder(first) || isInOrder(second) ? await ask(query) : null
  if (third === null || !isInOrder(third)) return null
  return descending(union(isInOrder(first) ? first : second, third))
}

/** Fewer rows than the walk has shown, or without the highest of them. */
function hidesSomething(answer: ListedPage, walked: Walked): boolean {
  const expected = walked.rows === 0 ? 1 : Math.min(walked.start.size, walked.rows)
  return lengthOf(answer) < expected || hidesTop(answer, walked)
}

function hidesTop(answer: ListedPage, { highest, start }: Walked): boolean {
  return (highestOf(answer.ids) ?? 0) < Math.max(highest ?? 0, start.top)
}

/**
 * That the highest id is gone is believed when the second place of the list shows a lower one than the first
 * does: were the highest hidden, the second place would have what is shown as the first, or a higher one.
 */
async function confirmTop(
  ask: FetchPage,
  walked: Walked,
  shown: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  if (shown.ids.length < 2) return confirmOnlyRow(ask, walked, shown, commit)
  // A place whose row is left out by rule says nothing.
  for (const page of [2, 3, 4]) {
    const other = await fetchUnlessRefused(ask, { page, limit: 1, order: 'id-desc' })
    const highest = other && highestOf(other.ids)
    if (!highest) continue
    if (highest < (highestOf(shown.ids) ?? 0)) return
    throw hidden()
  }
}

async function confirmOnlyRow(
  ask: FetchPage,
  walked: Walked,
  shown: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<void> {
  const { size } = walked.start
  const limit = Math.max(1, size / (partsOf(size) ?? size))
  const other = await ask({ page: 1, limit, order: 'id-desc' })
  if (highestOf(other.ids) === highestOf(shown.ids)) return
  if (!hidesTop(other, walked)) return commit(other)
  throw hidden()
}

function hidden() {
  return incompletePass('no muestra en la misma lista los últimos productos que había mostrado')
}

/**
 * That there is nothing at all is believed when the second and the third place of the list show nothing
 * either: a source that always answers its first page wrongly is asked for others.
 */
async function endOfNothing(
  ask: FetchPage,
  { highest }: Walked,
  answer: ListedPage,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  if (highest !== null) throw incompletePass('dejó de mostrar los productos que había mostrado')
  await commit(answer)
  for (const page of [2, 3]) {
    const other = await fetchUnlessRefused(ask, { page, limit: 1, order: 'id-asc' })
    if (other !== null && lengthOf(other) > 0) {
      throw incompletePass('no muestra ningún producto en la primera página, y sí más adelante')
    }
  }
  return 'whole'
}

/**
 * The last page is read again until two answers have the same length, and what lies behind it is asked
 * for twice: a short page alone is no end, as the source may leave rows out.
 */
async function confirmEndWithoutOrder(
  ask: FetchPage,
  { start: { size, lastPage }, lastLength }: Walked,
  commit: (page: ListedPage) => Promise<void>,
): Promise<End> {
  const askFor = (page: number) => fetchUnlessRefused(ask, { page, limit: size, order: 'id-asc' })
  let length = lastLength
  let last = await askFor(lastPage)
  for (let look = 2; last === null || lengthOf(last) !== length; look++) {
    if (look > MAX_ATTEMPTS + 1)
      throw incompletePass(`mostró la última página, la ${lastPage}, cada vez distinta`)
    if (last) await commit(last)
    length = Math.max(length, last ? lengthOf(last) : 0)
    last = await askFor(lastPage)
  }
  await commit(last)
  const known = new Set(last.ids)
  for (let look = 1; look <= 2; look++) {
    const behind = await askFor(lastPage + 1)
    if (behind?.ids.some((id) => !known.has(id))) return Math.max(lastPage + 1, behind.totalPages ?? 0)
    if (behind === null && (last.totalPages ?? 0) > lastPage) {
      throw incompletePass(`dice que hay más páginas que ${lastPage} y no las muestra`)
    }
  }
  return 'whole'
}
