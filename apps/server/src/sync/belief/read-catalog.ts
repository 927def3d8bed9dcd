import type { PassStart, WalkCounts } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { prefetched } from '../pure/prefetch.js'
import { confirmEnd } from './confirm-end.js'
import type { FetchPage, ListedPage } from './listed-page.js'
import { fetchUnlessRefused, findEnd, type OpenOptions, openPass } from './open-pass.js'
import { MAX_ATTEMPTS } from './rules.js'
import { createPageVerifier, type VerifiedPage } from './verify-page.js'

/** One page of the walk, ready to commit. */
interface WalkedPage<R> extends VerifiedPage {
  /** The source's page number. */
  page: number
  prepared: R
  /** Progress of the walk: pages done, with this one, of all. */
  position: { page: number; totalPages: number }
}

/** Where the pages of a pass are recorded. */
export interface CatalogRecord<R> {
  /** How many pages of the walk are committed; null before the first. */
  done(): number | null
  readStart(): Promise<PassStart | null>
  saveStart(start: PassStart): Promise<void>
  /** @param lastPage the first page of the walk, which is the last of the list */
  count(lastPage: number): Promise<WalkCounts>
  /** Work on a page without network, done while the next page is being fetched. */
  prepare(page: VerifiedPage): R
  commitPage(page: WalkedPage<R>): Promise<void>
  /** Commits rows that were read outside the walk; `leftOut` as of a {@link VerifiedPage}. */
  commitEnd(page: ListedPage & { leftOut?: number }): Promise<void>
}

/**
 * Reads a whole catalogue, ordered by ascending id, from its last page to its first, continuing after the checkpoint.
 * Backwards, because deleting a product moves all higher ids one place forward. On the way up, one of them could move
 * from an unread page to one that was read, and be missed; on the way down it is only read twice. Then the end of the
 * list is proved; if the list is longer than it seemed, the further pages are walked too.
 * @returns the start of the pass, with its last page corrected
 * @throws {@link RunFailure} `upstream_paging` or `incomplete_pass` when the pages make no whole catalogue
 */
export async function readCatalog<R>(
  fetchPage: FetchPage,
  record: CatalogRecord<R>,
  options: OpenOptions,
): Promise<PassStart> {
  let { start, last } = await openOrResume(fetchPage, record, options)
  for (let round = 1; ; round++) {
    start = await walkDown(fetchPage, record, start, last)
    const { walked: rows, lastLength, highest } = await record.count(start.lastPage)
    const end = await confirmEnd(fetchPage, { start, rows, lastLength, highest }, record.commitEnd)
    if (end === 'whole') {
      await recheckFormerEnd(fetchPage, record, start)
      return start
    }
    if (round === MAX_ATTEMPTS) throw incompletePass('mostró cada vez una lista más larga')
    const found = await findEnd(fetchPage, start.size, end)
    if (found === null) throw endless()
    last = found.last
    start = { ...start, lastPage: Math.max(start.lastPage, found.lastPage), base: start.lastPage }
    await record.saveStart(start)
  }
}

async function openOrResume<R>(
  fetchPage: FetchPage,
  record: CatalogRecord<R>,
  options: OpenOptions,
): Promise<{ start: PassStart; last: ListedPage | null }> {
  if (record.done() !== null) {
    const start = await record.readStart()
    if (start) return { start, last: null }
    throw incompletePass('se empezó a leer con otra versión de Espejo')
  }
  const opened = await openPass(fetchPage, options)
  if (opened === null) throw endless()
  await record.saveStart(opened.start)
  return opened
}

/** Commits the pages from the last to the first, each after it was verified. */
async function walkDown<R>(
  fetchPage: FetchPage,
  record: CatalogRecord<R>,
  start: PassStart,
  last: ListedPage | null,
): Promise<PassStart> {
  const { lastPage, base } = start
  // The checkpoint counts committed pages; the source's page numbers count the other way.
  const first = lastPage - (Math.max(base, record.done() ?? 0) - base)
  if (first <= base) return start
  const lowest = record.done() === null ? null : (await record.count(lastPage)).lowest
  const pages = createPageVerifier(fetchPage, start, first === lastPage ? null : lowest)
  const load = (page: number) => pages.fetch(page, page === lastPage ? last : null)
  const next = (page: number) => (page > base + 1 ? page - 1 : null)
  const prepare = (page: VerifiedPage) => ({ ...page, prepared: record.prepare(page) })
  let current = start
  for await (const { page, result } of prefetched(first, load, prepare, next)) {
    if (result.repeatsEnd) {
      current = { ...current, lastPage: page }
      await record.saveStart(current)
    }
    if (result.overlaps && !current.overlaps) {
      current = { ...current, overlaps: true }
      await record.saveStart(current)
    }
    const position = { page: base + lastPage - page + 1, totalPages: lastPage }
    await record.commitPage({ ...result, page, position })
  }
  return current
}

/**
 * Reads the page again that was taken for the last, if it was short and rows came to light that the walk had not shown:
 * it may have lost rows. If the list has a page after it now, it is one of the middle, and may leave rows out by rule.
 */
async function recheckFormerEnd<R>(
  fetchPage: FetchPage,
  record: CatalogRecord<R>,
  start: PassStart,
): Promise<void> {
  const { size, lastPage } = start
  const { all, walked, lastLength, lowestBeforeLast, highest } = await record.count(lastPage)
  if (all === walked || lastLength === 0 || lastLength >= size) return
  const fetchAsIs = (page: number) => fetchUnlessRefused(fetchPage, { page, limit: size, order: 'id-asc' })
  const following = await fetchAsIs(lastPage + 1)
  const isMiddle = following?.ids.length && following.ids.every((id) => Number(id) > (highest ?? 0))
  const pages = createPageVerifier(fetchPage, { size, lastPage: lastPage + 1 })
  // Deletions have moved its rows to pages before it: reads down to the first row of the page that was before it.
  for (let page = lastPage; page > 0; page--) {
    const result = isMiddle ? await pages.fetch(page) : await fetchAsIs(page)
    if (result) await record.commitEnd(result)
    if (result?.ids.some((id) => Number(id) <= (lowestBeforeLast ?? 0))) return
  }
}

function endless() {
  return pagingError('no termina nunca: sigue mostrando páginas')
}
