import type { CianboxClient, ProductPage } from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { type Book, openBook, paging } from './book.js'
import { commitProducts } from './commit-products.js'
import { NO_COUNTS } from './ledger.js'
import { seenAmong, seenRange } from './page-store.js'
import { prefetched } from './prefetch.js'
import type { Session } from './session.js'

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
  const book = openBook(client, options)
  const last = goesOn ? done.totalPages : await book.open()
  if (last === 0) return commitEmptyCatalogue(session)

  // The page of the ledger counts those that are done; the source's page is what lies that far down.
  const first = goesOn ? last - done.page : last
  if (first === 0) return
  let seen = await withTenant(options.pool, run.tenantId, (tx) => seenRange(tx, run))
  for await (const { page, result } of prefetched(first, book.fetch, nextDown)) {
    const ids = result.products.map((product) => BigInt(product.id))
    const mayRepeat = ids.some((id) => seen !== null && id >= seen.lowest && id <= seen.highest)
    await session.commit(async (tx) => {
      if (mayRepeat) await refuseLoop(tx, session, book, result, page)
      const { products, rejects, received } = result
      const committed = await commitProducts(tx, session, {
        phase: 'products',
        page,
        products,
        rejects,
        mayRepeat,
      })
      const position = { page: last - page + 1, totalPages: last }
      return { phase: 'products', productsInPage: received, position, ...committed }
    })
    for (const id of ids) {
      seen ??= { lowest: id, highest: id }
      if (id < seen.lowest) seen.lowest = id
      if (id > seen.highest) seen.highest = id
    }
  }
}

function nextDown(_result: ProductPage, page: number): number | null {
  return page > 1 ? page - 1 : null
}

/** A page of nothing but products of earlier pages is a source that repeats itself for ever. */
async function refuseLoop(
  tx: Tx,
  session: Session,
  book: Book,
  result: ProductPage,
  page: number,
): Promise<void> {
  const ids = [...new Set(result.products.map((product) => product.id))]
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
