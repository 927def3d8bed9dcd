import { incompletePass, pagingError } from '../failure.js'
import { createReadingOrder } from '../reading-order.js'
import { type AskPage, highestOf, isDescending, type ListedPage, lengthOf, union } from './listed-page.js'
import { askUnlessRefused, type PassStart } from './open-pass.js'
import { isFull, MAX_LOOKS } from './rules.js'

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
 * @param commit mirrors an answer; `isEnd` with the one that proves the end
 * @throws {@link RunFailure} `incomplete_pass`, `upstream_paging`
 */
export async function confirmEnd(
  ask: AskPage,
  walked: Walked,
  commit: (page: ListedPage, isEnd: boolean) => Promise<void>,
): Promise<End> {
  const { size } = walked.start
  const order = createReadingOrder(size)
  for (let isFirst = true; ; isFirst = false) {
    const window = order.next()
    const query = { ...window, order: 'id-desc' as const }
    let answer = await ask(query)
    if (isFirst && !isDescending(answer.ids)) return confirmEndWithoutOrder(ask, walked, commit)
    if (hidesSomething(answer, isFirst)) answer = union(answer, await ask(query))
    if (answer.ids.length === 0) return endOfNothing(walked, answer, commit)
    const outcome = order.take(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos productos en páginas que no se continúan')
    if (walked.highest === null) return Math.max(1, answer.totalPages ?? 1)
    const { highest } = walked
    const isEnd = outcome === 'joined' && answer.ids.some((id) => Number(id) <= highest)
    await commit(answer, isEnd)
    if (isEnd) return 'whole'
  }

  /** Fewer rows than the walk has shown, or without the highest: asked again before that is believed. */
  function hidesSomething(answer: ListedPage, isFirst: boolean): boolean {
    if (!isFirst) return !isFull(answer, size) && answer.ids.length === 0
    if (lengthOf(answer) < Math.min(size, walked.rows)) return true
    return walked.rows === 0 ? answer.ids.length === 0 : (highestOf(answer.ids) ?? 0) < (walked.highest ?? 0)
  }
}

async function endOfNothing(
  { highest }: Walked,
  answer: ListedPage,
  commit: (page: ListedPage, isEnd: boolean) => Promise<void>,
): Promise<End> {
  if (highest !== null) throw incompletePass('dejó de mostrar los productos que había mostrado')
  await commit(answer, true)
  return 'whole'
}

async function confirmEndWithoutOrder(
  ask: AskPage,
  { start: { size, lastPage }, lastLength }: Walked,
  commit: (page: ListedPage, isEnd: boolean) => Promise<void>,
): Promise<End> {
  const askFor = (page: number) => askUnlessRefused(ask, { page, limit: size, order: 'id-asc' })
  let length = lastLength
  let last: ListedPage | null = null
  // A last page that is short was believed once; it takes a second answer of the same length.
  for (let look = 1; length < size; look++) {
    if (look > MAX_LOOKS) throw incompletePass(`mostró la última página, la ${lastPage}, cada vez distinta`)
    last = await askFor(lastPage)
    const now = last ? lengthOf(last) : 0
    if (last && now >= length) await commit(last, now === length)
    if (now === length) return 'whole'
    length = Math.max(length, now)
  }
  const behind = await askFor(lastPage + 1)
  const known = new Set((last ?? (await askFor(lastPage)))?.ids)
  const hasMore = (page: ListedPage | null) => page?.ids.some((id) => !known.has(id)) ?? false
  const claimsMore = (page: ListedPage | null) => (page?.totalPages ?? 0) > lastPage
  const again = hasMore(behind) ? behind : await askFor(lastPage + 1)
  if (hasMore(again)) return Math.max(lastPage + 1, again?.totalPages ?? 0)
  if ((behind === null || again === null) && claimsMore(last)) {
    throw incompletePass(`dice que hay más páginas que ${lastPage} y no las muestra`)
  }
  await commit(again ?? EMPTY, true)
  return 'whole'
}

const EMPTY: ListedPage = { rows: [], ids: [], unnamed: 0, totalPages: null }
