import type { PassStart, WalkCounts } from '../../runs/pass-store.js'
import { incompletePass, pagingError } from '../failure.js'
import { prefetched } from '../prefetch.js'
import { confirmEnd } from './confirm-end.js'
import type { FetchPage, ListedPage } from './listed-page.js'
import { fetchUnlessRefused, findEnd, type OpenOptions, openPass } from './open-pass.js'
import { MAX_ATTEMPTS } from './rules.js'
import { createPageVerifier, type VerifiedPage } from './verify-page.js'

/** One page of the walk, ready to be committed. */
interface WalkedPage<R> extends VerifiedPage {
  /** The source's number of it. */
  page: number
  prepared: R
  /** Where the walk stands with it, counted from its beginning. */
  position: { page: number; totalPages: number }
}

/** What a reading needs of whoever keeps its record. */
export interface CatalogRecord<R> {
  /** The pages of the walk that are committed; null before the first. */
  done(): number | null
  readStart(): Promise<PassStart | null>
  saveStart(start: PassStart): Promise<void>
  /** @param lastPage the page that the walk began with */
  count(lastPage: number): Promise<WalkCounts>
  /** Work on an answer that needs no network, done while the next page is on its way. */
  prepare(page: VerifiedPage): R
  commitPage(page: WalkedPage<R>): Promise<void>
  /** Rows that the end of the list showed; `leftOut` as of a {@link VerifiedPage}. */
  commitEnd(page: ListedPage & { leftOut?: number }): Promise<void>
}

/**
 * Reads a whole catalogue, ordered by ascending id, from its last page to its first, and goes on after
 * the checkpoint. Backwards, because of what moves meanwhile: a product that is deleted draws all higher
 * ids one place forward. On the way up, one of them would pass from a page not yet read to one already
 * read and never be seen; on the way down it is seen twice, which does no harm. Then the end of the list
 * is proved; where it lies further than it seemed, the pages behind are walked as well.
 * @returns what the pass found at its start
 * @throws {@link RunFailure} `upstream_paging` or `incomplete_pass` when the pages make no whole catalogue
 */
export async function readCatalog<R>(
  ask: FetchPage,
  record: CatalogRecord<R>,
  options: OpenOptions,
): Promise<PassStart> {
  let { start, last } = await beginOrGoOn(ask, record, options)
  for (let round = 1; ; round++) {
    start = await walkDown(ask, record, start, last)
    const { walked: rows, lastLength, highest } = await record.count(start.lastPage)
    const end = await confirmEnd(ask, { start, rows, lastLength, highest }, record.commitEnd)
    if (end === 'whole') {
      await recheckFormerEnd(ask, record, start)
      return start
    }
    if (round === MAX_ATTEMPTS) throw incompletePass('mostró cada vez una lista más larga')
    const found = await findEnd(ask, start.size, end)
    if (found === null) throw endless()
    last = found.last
    start = { ...start, lastPage: Math.max(start.lastPage, found.lastPage), base: start.lastPage }
    await record.saveStart(start)
  }
}

async function beginOrGoOn<R>(
  ask: FetchPage,
  record: CatalogRecord<R>,
  options: OpenOptions,
): Promise<{ start: PassStart; last: ListedPage | null }> {
  if (record.done() !== null) {
    const start = await record.readStart()
    if (start) return { start, last: null }
    throw incompletePass('se empezó a leer con otra versión de Espejo')
  }
  const opened = await openPass(ask, options)
  if (opened === null) throw endless()
  await record.saveStart(opened.start)
  return opened
}

/** Commits the pages from the last one down, each once it is known to show all that it should. */
async function walkDown<R>(
  ask: FetchPage,
  record: CatalogRecord<R>,
  start: PassStart,
  last: ListedPage | null,
): Promise<PassStart> {
  const { lastPage, base } = start
  // The checkpoint counts pages that are done; the source's page is what lies that far down.
  const first = lastPage - (Math.max(base, record.done() ?? 0) - base)
  if (first <= base) return start
  const pages = createPageVerifier(ask, start)
  const load = (page: number) => pages.fetch(page, page === lastPage ? last : null)
  const next = (page: number) => (page > base + 1 ? page - 1 : null)
  const prepare = (page: VerifiedPage) => ({ ...page, prepared: record.prepare(page) })
  let current = start
  for await (const { page, result } of prefetched(first, load, prepare, next)) {
    if (result.repeatsEnd) {
      current = { ...current, lastPage: page }
      await record.saveStart(current)
    }
    const position = { page: base + lastPage - page + 1, totalPages: lastPage }
    await record.commitPage({ ...result, page, position })
  }
  return current
}

/**
 * Where the list goes on behind the page that was taken for its last, and that page was short, it is one
 * of the middle now: it has been filled since, had lost rows, or has places that are left out by rule.
 */
async function recheckFormerEnd<R>(
  ask: FetchPage,
  record: CatalogRecord<R>,
  start: PassStart,
): Promise<void> {
  const { size, lastPage } = start
  const { all, walked, lastLength, highest } = await record.count(lastPage)
  if (all === walked || lastLength === 0 || lastLength >= size) return
  const behind = await fetchUnlessRefused(ask, { page: lastPage + 1, limit: size, order: 'id-asc' })
  const isMiddle = behind !== null && behind.ids.length > 0
  if (!isMiddle || behind.ids.some((id) => Number(id) <= (highest ?? 0))) return
  await record.commitEnd(await createPageVerifier(ask, { size, lastPage: lastPage + 1 }).fetch(lastPage))
}

function endless() {
  return pagingError('no termina nunca: sigue mostrando páginas')
}
