import type { ProductRow } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'

import { nextPageNumber } from '../runs/page-store.js'
import { type FetchPage, type ListedPage, lengthOf, repeatsARow, union } from './belief/listed-page.js'
import { fetchUnlessRefused } from './belief/open-pass.js'

import { countPlaces } from './belief/prove-whole.js'
import { MAX_ATTEMPTS } from './belief/rules.js'
import { commitProducts } from './commit-products.js'
import { incompletePass, pagingError } from './failure.js'
import { createOverlappingPager, type Window } from './overlapping-pages.js'
import type { PhaseContext } from './phase-context.js'
import { prepareRows, type SourceRows } from './source-rows.js'
import { modifiedAt, newestModification } from './source-time.js'

/**
 * The source's times have whole seconds and its clock may be set back. Reading a little too much costs
 * nothing: what has not changed is not written.
 */
const OVERLAP_MS = 15 * 60_000

export interface ScanOptions {
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
 * {@link createOverlappingPager}. It ends with a row that is older, or with the end of the list, which takes
 * as many rows as are known. An incremental run then looks at the front of the list once more: rows that
 * it hid are shown by now, and a list that came short shows the rest.
 * @returns false, before anything is committed, where the source does not show the newest first, shows
 * nothing as new as the mirror has, or ends its list of changes too early
 * @throws {@link RunFailure} `upstream_paging` when the list moves faster than it can be read,
 * `incomplete_pass` when it shows nothing although there are products
 */
export async function scanModifiedSince(
  context: PhaseContext,
  fetchPage: FetchPage,
  options: ScanOptions,
): Promise<boolean> {
  for (let round = 1; ; round++) {
    const shown = await scanOnce(context, fetchPage, options, round)
    if (shown === null) return false
    if (options.phase === 'drift') return true
    const again = await fetchPage({ page: 1, limit: shown.limit, order: 'modified-date-desc' })
    const news = again.ids.filter((id) => !shown.ids.has(id))
    const cameShort = lengthOf(again) > shown.frontLength
    if (news.length > 0) await commitChanges(context, options, again.rows)
    // The list goes on where it was: what is new is in front of rows that were shown.
    if (!cameShort && news.length < again.ids.length) return true
    if (again.ids.length === 0 || round === MAX_ATTEMPTS) {
      throw incompletePass('mostró cada vez otros productos al principio de la lista de cambios')
    }
  }
}

/** What one reading of the list of changes has shown. */
interface Shown {
  ids: ReadonlySet<string>
  /** Rows asked for at the front, and shown there. */
  limit: number
  frontLength: number
}

/** @param round 1: nothing is committed yet */
async function scanOnce(
  context: PhaseContext,
  fetchPage: FetchPage,
  options: ScanOptions,
  round: number,
): Promise<Shown | null> {
  const { phase, pageSize } = options
  const since = options.since.getTime() - OVERLAP_MS
  const order = createOverlappingPager(pageSize)
  const ids = new Set<string>()
  let front = { limit: pageSize, frontLength: 0 }
  for (let page = 1; ; page++) {
    const window = order.next()
    const answer = await fetchWindow(fetchPage, window, options)
    if (page === 1) front = { limit: window.limit, frontLength: lengthOf(answer) }
    const times = answer.rows.map((row) => timeOf(row, context))
    const isFirst = page === 1 && round === 1
    if (isFirst && !(isNewestFirst(times) && (phase === 'drift' || reachesFront(times, options.since))))
      return null
    // A row that stands twice in each answer may stand for another.
    if (isFirst && phase === 'products' && repeatsARow(answer)) return null
    const outcome = order.take(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos cambios en páginas que no se continúan')
    for (const id of answer.ids) ids.add(id)
    const reachedBack = times.some((time) => time < since)
    // Places of one short page may all be left out by rule, and a total is no proof.
    const isEnd = answer.rows.length === 0 || (order.withoutNews() >= 2 && answer.rows.length < window.limit)
    const isLast = outcome === 'joined' && (reachedBack || isEnd)
    if (isLast && !reachedBack && ids.size < (await options.expected())) {
      if (isFirst && phase === 'products') return null
      // Products may have been deleted since they were counted.
      if (!(await isAll(fetchPage, pageSize, shownWith(window, answer)))) {
        throw incompletePass('mostró menos productos en la lista de cambios que los que se conocen')
      }
    }
    await commitChanges(context, options, answer.rows, { page, isLast })
    if (isLast) return { ids, ...front }
  }
}

/** Mirrors rows of the list of changes. @param step where an incremental run stands with them */
async function commitChanges(
  context: PhaseContext,
  { pool, phase, since }: ScanOptions,
  rows: readonly ProductRow[],
  step?: { page: number; isLast: boolean },
): Promise<void> {
  const from = since.getTime() - OVERLAP_MS
  const recent = rows.filter((row) => timeOf(row, context) >= from)
  const newest = await newestModification(pool, rows, context.dialect)
  await context.commit(async (tx) => {
    const counts = await commitProducts(tx, context, {
      phase: 'drift',
      page: await nextPageNumber(tx, context.run, 'drift'),
      // What a full run is shown it mirrors, however old: the walk may have missed it.
      source: phase === 'drift' ? dropRowsWithoutId(rows) : prepareRows(recent),
      checkEarlierPages: true,
    })
    const productsInPage = recent.length
    if (phase === 'drift' || !step) return { phase, productsInPage, counts, newest }
    // Taken over, it begins again at the front, where the news is; the ledger's page does not go back.
    const reached = Math.max(step.page, context.state().page)
    const position = { page: reached, totalPages: step.isLast ? reached : reached + 1 }
    return { phase, productsInPage, position, counts, newest }
  })
}

/**
 * An answer that is shorter than what was asked for, and than what is known to be there, is asked for
 * twice. An incremental run does not know what is new, and looks at the front again in the end.
 */
async function fetchWindow(
  fetchPage: FetchPage,
  window: Window,
  { phase, expected }: ScanOptions,
): Promise<ListedPage> {
  const query = { ...window, order: 'modified-date-desc' as const }
  const first = (await fetchUnlessRefused(fetchPage, query)) ?? EMPTY_PAGE
  if (lengthOf(first) >= window.limit && !repeatsARow(first)) return first
  const known = await expected()
  const isKnown = phase === 'drift' ? shownWith(window, first) >= known : window.page === 1
  if (lengthOf(first) > 0 && isKnown && !repeatsARow(first)) return first
  const again = (await fetchUnlessRefused(fetchPage, query)) ?? EMPTY_PAGE
  // Of two answers that both repeat rows the later one says so.
  const answer = repeatsARow(again) ? again : union(first, again)
  if (window.page === 1 && answer.rows.length === 0 && known > 0) {
    throw incompletePass('no mostró ningún producto en la lista de cambios')
  }
  return answer
}

const EMPTY_PAGE: ListedPage = { rows: [], ids: [], withoutId: 0, totalPages: null }

/** How many rows of the list have been shown when this window has. */
function shownWith({ page, limit }: Window, answer: ListedPage): number {
  return (page - 1) * limit + lengthOf(answer)
}

/** Whether the list has no more places than were shown, by its other orders. */
async function isAll(fetchPage: FetchPage, size: number, shown: number): Promise<boolean> {
  for (let look = 1; look <= MAX_ATTEMPTS; look++) {
    const now = await countPlaces(fetchPage, size, Math.ceil(shown / size))
    if (typeof now === 'number') return shown >= now
  }
  return false
}

/** A row that does not say when it was modified, or cannot be read, is looked at every time. */
function timeOf(row: ProductRow, { dialect }: PhaseContext): number {
  const at = modifiedAt(row, dialect)
  return at === null ? Number.POSITIVE_INFINITY : Date.parse(at)
}

/** Whether the list shows anything as new as what the mirror has: else its front is hidden, or was set back. */
function reachesFront(times: readonly number[], watermark: Date): boolean {
  return times.length === 0 || times.some((at) => at >= watermark.getTime())
}

function isNewestFirst(times: readonly number[]): boolean {
  const known = times.filter(Number.isFinite)
  return known.every((at, i) => i === 0 || at <= (known[i - 1] ?? at))
}

/** Rows without an id cannot be recognised, and the walk has rejected them already. */
function dropRowsWithoutId(rows: readonly ProductRow[]): SourceRows {
  return { ...prepareRows(rows), rowsWithoutId: [] }
}
