import type { ProductRow } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { type AskPage, type ListedPage, lengthOf, union } from './belief/listed-page.js'
import { placesNow } from './belief/prove-whole.js'
import { MAX_LOOKS } from './belief/rules.js'
import { commitProducts } from './commit-products.js'
import { incompletePass, pagingError } from './failure.js'
import { nextPage } from './page-store.js'
import { createReadingOrder, type Window } from './reading-order.js'
import type { Session } from './session.js'
import { prepareRows, type SourceRows } from './source-rows.js'
import { modifiedAt, newestModification } from './source-time.js'

/**
 * The source's times have whole seconds and its clock may be set back. Reading a little too much costs
 * nothing: what has not changed is not written.
 */
const OVERLAP_MS = 15 * 60_000

export interface ReadBackOptions {
  pool: Pool
  /** `drift` closes what moved while a full run walked; `products` is an incremental run. */
  phase: 'products' | 'drift'
  /** By the source's own clock. */
  since: Date
  pageSize: number
  /** How many rows the list is known to have, at least: an answer with fewer is asked for again. */
  expected: () => Promise<number>
}

/**
 * Reads what was modified since `since`, newest first. Rows can show twice, but none is passed over:
 * {@link createReadingOrder}. It ends with a row that is older, or with the end of the list, which takes
 * two answers and as many rows as are known.
 * @returns false, before anything is committed, where the source does not show the newest first, or
 * ends its list of changes too early
 * @throws {@link RunFailure} `upstream_paging` when the list moves faster than it can be read,
 * `incomplete_pass` when it shows nothing although there are products
 */
export async function readBack(session: Session, ask: AskPage, options: ReadBackOptions): Promise<boolean> {
  const { pool, phase, pageSize } = options
  const since = options.since.getTime() - OVERLAP_MS
  const order = createReadingOrder(pageSize)
  for (let page = 1; ; page++) {
    const window = order.next()
    const answer = await askForWindow(ask, window, options.expected)
    const times = answer.rows.map((row) => timeOf(row, session))
    if (page === 1 && !isNewestFirst(times)) return false
    const outcome = order.take(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos cambios en páginas que no se continúan')
    const recent = answer.rows.filter((_, i) => (times[i] ?? Number.POSITIVE_INFINITY) >= since)
    const reachedBack = recent.length < answer.rows.length
    const isLast = outcome === 'joined' && (reachedBack || isEndOfList(answer, window))
    if (isLast && !reachedBack && shownWith(window, answer) < (await options.expected())) {
      if (page === 1 && phase === 'products') return false
      // Products may have been deleted since they were counted.
      if (!(await isAll(ask, pageSize, shownWith(window, answer))))
        throw incompletePass('mostró menos productos en la lista de cambios que los que se conocen')
    }
    const newest = await newestModification(pool, answer.rows, session.dialect)
    await session.commit(async (tx) => {
      const counts = await commitProducts(tx, session, {
        phase: 'drift',
        page: await nextPage(tx, session.run, 'drift'),
        // What a full run is shown it mirrors, however old: the walk may have missed it.
        source: phase === 'drift' ? withoutNameless(answer.rows) : prepareRows(recent),
        mayRepeat: true,
      })
      // Taken over, it begins again at the front, where the news is; the ledger's page does not go back.
      const reached = Math.max(page, session.state().page)
      const position = { page: reached, totalPages: isLast ? reached : reached + 1 }
      const productsInPage = recent.length
      return phase === 'drift'
        ? { phase, productsInPage, counts, newest }
        : { phase, productsInPage, position, counts, newest }
    })
    if (isLast) return true
  }
}

/** An answer that is shorter than what was asked for and than what is known to be there is asked for twice. */
async function askForWindow(
  ask: AskPage,
  window: Window,
  expected: ReadBackOptions['expected'],
): Promise<ListedPage> {
  const query = { ...window, order: 'modified-date-desc' as const }
  const first = await ask(query)
  if (lengthOf(first) >= window.limit) return first
  const known = await expected()
  if (lengthOf(first) > 0 && shownWith(window, first) >= known) return first
  const answer = union(first, await ask(query))
  if (window.page === 1 && answer.rows.length === 0 && known > 0) {
    throw incompletePass('no mostró ningún producto en la lista de cambios')
  }
  return answer
}

/** How many rows of the list have been shown when this window has. */
function shownWith({ page, limit }: Window, answer: ListedPage): number {
  return (page - 1) * limit + lengthOf(answer)
}

/** Whether the list has no more places than were shown, by its other orders. */
async function isAll(ask: AskPage, size: number, shown: number): Promise<boolean> {
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const now = await placesNow(ask, size, Math.ceil(shown / size))
    if (typeof now === 'number') return shown >= now
  }
  return false
}

/** A total that says no more is no proof; a page that is not full, and no total against it, is. */
function isEndOfList({ rows, totalPages }: ListedPage, { page, limit }: Window): boolean {
  return rows.length === 0 || (rows.length < limit && (totalPages === null || totalPages <= page))
}

/** A row that does not say when it was modified, or cannot be read, is looked at every time. */
function timeOf(row: ProductRow, { dialect }: Session): number {
  const at = modifiedAt(row, dialect)
  return at === null ? Number.POSITIVE_INFINITY : Date.parse(at)
}

function isNewestFirst(times: readonly number[]): boolean {
  const known = times.filter(Number.isFinite)
  return known.every((at, i) => i === 0 || at <= (known[i - 1] ?? at))
}

/** Rows without an id cannot be recognised, and the walk has rejected them already. */
function withoutNameless(rows: readonly ProductRow[]): SourceRows {
  return { ...prepareRows(rows), nameless: [] }
}
