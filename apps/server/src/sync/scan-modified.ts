import type { ProductRow } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'

import { nextPageNumber } from '../runs/page-store.js'
import { type FetchPage, type ListedPage, lengthOf, repeatsARow, union } from './belief/listed-page.js'
import { fetchUnlessRefused } from './belief/open-pass.js'

import { countPlaces } from './belief/prove-whole.js'
import { MAX_ATTEMPTS } from './belief/rules.js'
import { commitProducts } from './commit-products.js'
import { incompletePass, pagingError } from './failure.js'
import type { PhaseContext } from './phase-context.js'
import { createOverlappingPager, type Window } from './pure/overlapping-pages.js'
import { prepareRows, type SourceRows } from './pure/source-rows.js'
import { modifiedAt, newestModification } from './source-time.js'

/**
 * Margin before `since`: the source's times have whole seconds, and its clock may be set back. Rows that are read twice
 * are not written.
 */
const OVERLAP_MS = 15 * 60_000

export interface ScanOptions {
  pool: Pool
  /** `drift`: after the walk of a full run; `products`: an incremental run. */
  phase: 'products' | 'drift'
  /** By the source's clock. */
  since: Date
  pageSize: number
  /** Rows that the list is known to have, at least: an answer that ends before is requested again. */
  expected: () => Promise<number>
}

/**
 * Reads the rows that were modified since `since`, newest first, in overlapping pages that miss none
 * ({@link createOverlappingPager}). Ends at an older row, or at the end of the list if it had as many rows as are known.
 * An incremental run then reads the first page once more, for rows that the first answer lacked.
 * @returns false, before anything is committed, when the source does not sort by modification, has no row as new as
 * `since`, or ends the list too early
 * @throws {@link RunFailure} `upstream_paging` when the list changes faster than it can be read, `incomplete_pass` when
 * it is empty although products are known, or lacks some of them
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
    const newIds = again.ids.filter((id) => !shown.ids.has(id))
    const wasShort = lengthOf(again) > shown.firstLength
    if (newIds.length > 0) await commitChanges(context, options, again.rows)
    // Known rows follow the new ones, so nothing was skipped.
    if (!wasShort && newIds.length < again.ids.length) return true
    if (again.ids.length === 0 || round === MAX_ATTEMPTS) {
      throw incompletePass('mostró cada vez otros productos al principio de la lista de cambios')
    }
  }
}

/** The result of one reading of the list. */
interface ScanResult {
  ids: ReadonlySet<string>
  /** Rows requested on the first page, and rows on it. */
  limit: number
  firstLength: number
}

/** @param round from 1; in the first, nothing has been committed before */
async function scanOnce(
  context: PhaseContext,
  fetchPage: FetchPage,
  options: ScanOptions,
  round: number,
): Promise<ScanResult | null> {
  const { phase, pageSize } = options
  const since = options.since.getTime() - OVERLAP_MS
  const pager = createOverlappingPager(pageSize)
  const ids = new Set<string>()
  let firstPage = { limit: pageSize, firstLength: 0 }
  for (let page = 1; ; page++) {
    const window = pager.next()
    const answer = await fetchWindow(fetchPage, window, options)
    if (page === 1) firstPage = { limit: window.limit, firstLength: lengthOf(answer) }
    const times = answer.rows.map((row) => timeOf(row, context))
    const isFirst = page === 1 && round === 1
    if (isFirst && !(isNewestFirst(times) && (phase === 'drift' || hasRowsSince(times, options.since))))
      return null
    // A row that is repeated in each answer may replace another.
    if (isFirst && phase === 'products' && repeatsARow(answer)) return null
    const outcome = pager.record(window, answer.ids)
    if (outcome === 'lost') throw pagingError('muestra los últimos cambios en páginas que no se continúan')
    for (const id of answer.ids) ids.add(id)
    const hasOlderRows = times.some((time) => time < since)
    // One short page does not prove the end: its places may be left out by rule, and a total may be wrong.
    const isEnd =
      answer.rows.length === 0 || (pager.windowsWithoutNewRows() >= 2 && answer.rows.length < window.limit)
    const isLast = outcome === 'joined' && (hasOlderRows || isEnd)
    if (isLast && !hasOlderRows && ids.size < (await options.expected())) {
      if (isFirst && phase === 'products') return null
      // Products may have been deleted since they were counted.
      if (!(await hasNoMorePlaces(fetchPage, pageSize, rowsThrough(window, answer)))) {
        throw incompletePass('mostró menos productos en la lista de cambios que los que se conocen')
      }
    }
    await commitChanges(context, options, answer.rows, { page, isLast })
    if (isLast) return { ids, ...firstPage }
  }
}

/** Writes rows of the list to the mirror. @param step the progress of an incremental run */
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
      // A full run writes older rows too: the walk may have missed them.
      source: phase === 'drift' ? dropRowsWithoutId(rows) : prepareRows(recent),
      checkEarlierPages: true,
    })
    const productsInPage = recent.length
    if (phase === 'drift' || !step) return { phase, productsInPage, counts, newest }
    // After a takeover the scan restarts at the first page, but the ledger's page does not decrease.
    const reached = Math.max(step.page, context.state().page)
    const position = { page: reached, totalPages: step.isLast ? reached : reached + 1 }
    return { phase, productsInPage, position, counts, newest }
  })
}

/**
 * Fetches one window; once more when it is shorter than requested and ends before the known number of rows. (An
 * incremental run cannot tell which rows are new, and reads the first page again at its end.)
 */
async function fetchWindow(
  fetchPage: FetchPage,
  window: Window,
  { phase, expected }: ScanOptions,
): Promise<ListedPage> {
  const query = { ...window, order: 'modified-date-desc' as const }
  const first = await fetchUnlessRefused(fetchPage, query)
  // The client has repeated the request already, and the pager requests the place again in another window. Five errors
  // in a row would open the circuit breaker for 30 s.
  if (first === null) return EMPTY_PAGE
  if (lengthOf(first) >= window.limit && !repeatsARow(first)) return first
  const known = await expected()
  const isKnown = phase === 'drift' ? rowsThrough(window, first) >= known : window.page === 1
  if (lengthOf(first) > 0 && isKnown && !repeatsARow(first)) return first
  const again = (await fetchUnlessRefused(fetchPage, query)) ?? EMPTY_PAGE
  // If both answers repeat rows, the later one is kept, so that the caller detects the repeats.
  const answer = repeatsARow(again) ? again : union(first, again)
  if (window.page === 1 && answer.rows.length === 0 && known > 0) {
    throw incompletePass('no mostró ningún producto en la lista de cambios')
  }
  return answer
}

const EMPTY_PAGE: ListedPage = { rows: [], ids: [], withoutId: 0, totalPages: null }

/** Rows of the list from its beginning to the end of this answer. */
function rowsThrough({ page, limit }: Window, answer: ListedPage): number {
  return (page - 1) * limit + lengthOf(answer)
}

/** Whether the list, read in its other orders, has no more places than `shown`. */
async function hasNoMorePlaces(fetchPage: FetchPage, size: number, shown: number): Promise<boolean> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const now = await countPlaces(fetchPage, size, Math.ceil(shown / size))
    if (typeof now === 'number') return shown >= now
  }
  return false
}

/** Milliseconds; infinite for a row without a readable time, which is then always read. */
function timeOf(row: ProductRow, { dialect }: PhaseContext): number {
  const at = modifiedAt(row, dialect)
  return at === null ? Number.POSITIVE_INFINITY : Date.parse(at)
}

/** Whether a row is as new as the watermark: if not, the first rows are missing, or the source was restored. */
function hasRowsSince(times: readonly number[], watermark: Date): boolean {
  return times.length === 0 || times.some((at) => at >= watermark.getTime())
}

function isNewestFirst(times: readonly number[]): boolean {
  const known = times.filter(Number.isFinite)
  return known.every((at, i) => i === 0 || at <= (known[i - 1] ?? at))
}

/** Rows without an id cannot be matched, and the walk has already rejected them. */
function dropRowsWithoutId(rows: readonly ProductRow[]): SourceRows {
  return { ...prepareRows(rows), rowsWithoutId: [] }
}
