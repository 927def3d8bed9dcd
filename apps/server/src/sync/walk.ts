import type { CianboxClient } from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { type Book, type BookPage, openBook, paging } from './book.js'
import { commitProducts } from './commit-products.js'
import { NO_COUNTS } from './ledger.js'
import { seenAmong, seenRange } from './page-store.js'
import { prefetched } from './prefetch.js'
import type { Session } from './session.js'
import { prepareRows, rangeOf, type SourceRows } from './source-rows.js'

export interface WalkOptions {
  pool: Pool
  pageSize: number
  signal: AbortSignal
}

/**
 * Walks the whole catalogue, ordered by ascending id, from its last page to its first, and goes on
 * after the checkpoint. Backwards, because of what moves meanwhile: a product that is deleted draws
 * all higher ids one place forward. On the way up, one of them would pass from a page not yet read to
 * one already read and never be seen; on the way down it is seen twice, which does no harm.
 * @throws {@link RunFailure} `upstream_paging` when the pages cannot be a whole catalogue.
 */
export async function walkProducts(
  session: Session,
  client: CianboxClient,
  options: WalkOptions,
): Promise<void> {
  const { run } = session
  const done = session.state()
  const goesOn = done.phase === 'products' && done.page > 0
  let seen = await withTenant(options.pool, run.tenantId, (tx) => seenRange(tx, run))
  const known = { top: seen?.highest ?? null, totalPages: done.totalPages }
  const book = openBook(client, goesOn ? { ...options, known } : options)
  const last = goesOn ? done.totalPages : await book.open()
  if (last === 0) return commitEmptyCatalogue(session)

  // The page of the ledger counts those that are done; the source's page is what lies that far down.
  const first = goesOn ? last - done.page : last
  if (first === 0) return
  for await (const { page, result } of prefetched(first, book.fetch, prepare, nextDown)) {
    const { source } = result
    const range = rangeOf(source)
    const mayRepeat = overlap(range, seen)
    await session.commit(async (tx) => {
      if (mayRepeat) await refuseLoop(tx, session, book, result, page)
      const committed = await commitProducts(tx, session, {
        phase: 'products',
        page,
        source,
        mayRepeat,
      })
      const position = { page: last - page + 1, totalPages: last }
      return { phase: 'products', productsInPage: source.received, position, ...committed }
    })
    seen = span(seen, range)
  }
}

type Range = { lowest: number; highest: number } | null

function overlap(a: Range, b: Range): boolean {
  return a !== null && b !== null && a.lowest <= b.highest && b.lowest <= a.highest
}

function span(a: Range, b: Range): Range {
  if (a === null || b === null) return a ?? b
  return { lowest: Math.min(a.lowest, b.lowest), highest: Math.max(a.highest, b.highest) }
}

interface PreparedPage extends BookPage {
  source: SourceRows
}

function prepare(page: BookPage): PreparedPage {
  return { ...page, source: prepareRows(page.rows) }
}

function nextDown(page: number): number | null {
  return page > 1 ? page - 1 : null
}

/** A page of nothing but products of earlier pages is a source that repeats itself for ever. */
async function refuseLoop(
  tx: Tx,
  session: Session,
  book: Book,
  result: PreparedPage,
  page: number,
): Promise<void> {
  const ids = result.source.rows.map(({ id }) => id)
  if (ids.length === 0 || book.mayRepeat(result)) return
  const seen = await seenAmong(tx, session.run, ids)
  if (seen.size === ids.length) throw paging(`repite en la página ${page} productos que ya había mostrado`)
}

async function commitEmptyCatalogue(session: Session): Promise<void> {
  await session.commit(async () => ({
    phase: 'products',
    productsInPage: 0,
    counts: NO_COUNTS,
    position: { page: 1, totalPages: 1 },
  }))
}
