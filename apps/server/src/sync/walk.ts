import type { CianboxClient } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { createAskPage } from './ask-page.js'
import { confirmEnd, type End } from './belief/confirm-end.js'
import type { AskPage, ListedPage } from './belief/listed-page.js'
import { findEnd, openPass, type PassStart } from './belief/open-pass.js'
import { MAX_LOOKS } from './belief/rules.js'
import { createWholePages, type WholePage } from './belief/whole-page.js'
import { commitProducts } from './commit-products.js'
import { incompletePass, pagingError } from './failure.js'
import { NO_COUNTS } from './ledger.js'
import { nextPage } from './page-store.js'
import { countWalk, readPassStart, savePassStart, type WalkCounts } from './pass-store.js'
import { prefetched } from './prefetch.js'
import type { Session } from './session.js'
import { prepareRows, rangeOf, type SourceRows } from './source-rows.js'
import { newestModification } from './source-time.js'

export interface WalkOptions {
  pool: Pool
  pageSize: number
  signal: AbortSignal
}

/**
 * Walks the whole catalogue, ordered by ascending id, from its last page to its first, and goes on
 * after the checkpoint. Backwards, because of what moves meanwhile: a product that is deleted draws
 * all higher ids one place forward. On the way up, one of them would pass from a page not yet read to
 * one already read and never be seen; on the way down it is seen twice, which does no harm. Then the
 * end of the list is proved; where it lies further than it seemed, the pages behind are walked as well.
 * @returns what the pass found at its start
 * @throws {@link RunFailure} `upstream_paging` or `incomplete_pass` when the pages make no whole catalogue
 */
export async function walkProducts(
  session: Session,
  client: CianboxClient,
  options: WalkOptions,
): Promise<PassStart> {
  const { pool, signal } = options
  const { run } = session
  const ask = createAskPage(client, signal)
  let { start, last } = await beginOrGoOn(session, ask, options)
  for (let round = 1; ; round++) {
    start = await walkDown(session, pool, ask, start, last)
    const end = await proveEnd(session, ask, start, await countWalk(pool, run, start.lastPage))
    if (end === 'whole') {
      if (start.lastPage === 0) await commitEmptyCatalogue(session)
      return start
    }
    if (round === MAX_LOOKS) throw incompletePass('mostró cada vez una lista más larga')
    const found = await findEnd(ask, start.size, end)
    if (found === null) throw endless()
    last = found.last
    start = { ...start, lastPage: Math.max(start.lastPage, found.lastPage), base: start.lastPage }
    await savePassStart(pool, run, start)
  }
}

async function beginOrGoOn(
  session: Session,
  ask: AskPage,
  { pool, pageSize }: WalkOptions,
): Promise<{ start: PassStart; last: ListedPage | null }> {
  const { run, dialect } = session
  if (donePages(session) !== null) {
    const start = await readPassStart(pool, run)
    if (start) return { start, last: null }
    throw incompletePass('se empezó a leer con otra versión de Espejo')
  }
  const opened = await openPass(ask, {
    limit: pageSize,
    // The simple dialect's rows do not say when they were modified.
    front: dialect === 'v2' ? 'modified-date-desc' : 'id-desc',
    newestOf: ({ rows }) => newestModification(pool, rows, dialect),
  })
  if (opened === null) throw endless()
  await savePassStart(pool, run, opened.start)
  return opened
}

/** How many pages of the walk the checkpoint has; null: it has not begun. */
function donePages(session: Session): number | null {
  const { phase, page } = session.state()
  return phase === 'drift' || (phase === 'products' && page > 0) ? page : null
}

/** Commits the pages from the last one down, each once it is known to show all that it should. */
async function walkDown(
  session: Session,
  pool: Pool,
  ask: AskPage,
  start: PassStart,
  last: ListedPage | null,
): Promise<PassStart> {
  const { lastPage, base } = start
  // The page of the ledger counts those that are done; the source's page is what lies that far down.
  const done = Math.max(base, donePages(session) ?? 0)
  const first = lastPage - (done - base)
  if (first <= base) return start
  const pages = createWholePages(ask, start)
  const load = (page: number) => pages.fetch(page, page === lastPage ? last : null)
  const next = (page: number) => (page > base + 1 ? page - 1 : null)
  let seen = rangeFrom(await countWalk(pool, session.run, lastPage))
  let current = start
  for await (const { page, result } of prefetched(first, load, prepare, next)) {
    if (result.repeatsEnd) {
      current = { ...current, lastPage: page }
      await savePassStart(pool, session.run, current)
    }
    const range = rangeOf(result.source)
    const mayRepeat = overlap(range, seen)
    await session.commit(async (tx) => {
      const { source, leftOut } = result
      const shown = { phase: 'products' as const, page, source, leftOut, mayRepeat }
      const counts = await commitProducts(tx, session, shown)
      const position = { page: base + lastPage - page + 1, totalPages: lastPage }
      return { phase: 'products', productsInPage: source.received, position, counts }
    })
    seen = span(seen, range)
  }
  return current
}

/** The end of the list is read once more, as part of what moved meanwhile. */
function proveEnd(session: Session, ask: AskPage, start: PassStart, counts: WalkCounts): Promise<End> {
  const { lastLength, distinct: rows, highest } = counts
  return confirmEnd(ask, { start, lastLength, rows, highest }, async (page) => {
    const source = prepareRows(page.rows)
    await session.commit(async (tx) => {
      const counts = await commitProducts(tx, session, {
        phase: 'drift',
        page: await nextPage(tx, session.run, 'drift'),
        // The walk has rejected those without an id already.
        source: { ...source, nameless: [] },
        mayRepeat: true,
      })
      return { phase: 'drift', productsInPage: source.received, counts }
    })
  })
}

type Range = { lowest: number; highest: number } | null

function rangeFrom({ lowest, highest }: WalkCounts): Range {
  return lowest === null || highest === null ? null : { lowest, highest }
}

function overlap(a: Range, b: Range): boolean {
  return a !== null && b !== null && a.lowest <= b.highest && b.lowest <= a.highest
}

function span(a: Range, b: Range): Range {
  if (a === null || b === null) return a ?? b
  return { lowest: Math.min(a.lowest, b.lowest), highest: Math.max(a.highest, b.highest) }
}

interface PreparedPage extends WholePage {
  source: SourceRows
}

function prepare(page: WholePage): PreparedPage {
  return { ...page, source: prepareRows(page.rows) }
}

function endless() {
  return pagingError('no termina nunca: sigue mostrando páginas')
}

async function commitEmptyCatalogue(session: Session): Promise<void> {
  await session.commit(async () => ({
    phase: 'products',
    productsInPage: 0,
    counts: NO_COUNTS,
    position: { page: 1, totalPages: 1 },
  }))
}
