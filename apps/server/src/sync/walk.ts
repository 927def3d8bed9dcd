import type { CianboxClient } from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { type BookPage, openBook } from './book.js'
import { commitProducts } from './commit-products.js'
import { RunFailure } from './failure.js'
import { NO_COUNTS } from './ledger.js'
import { highestSeen, seenAmong } from './page-store.js'
import { prefetched } from './prefetch.js'
import type { Session } from './session.js'

export interface WalkOptions {
  pool: Pool
  pageSize: number
  signal: AbortSignal
}

/**
 * Walks the whole catalogue by ascending id, from the page after the checkpoint, and ends only when
 * the source has proved that this was all.
 * @throws {@link RunFailure} `upstream_paging` when the pages cannot be a whole catalogue.
 */
export async function walkProducts(
  session: Session,
  client: CianboxClient,
  options: WalkOptions,
): Promise<void> {
  const { run } = session
  const done = session.state()
  if (done.phase === 'products' && isWhole(done)) return

  let highest = await withTenant(options.pool, run.tenantId, (tx) => highestSeen(tx, run))
  const book = openBook(client, { ...options, highestSeen: highest })
  const first = done.phase === 'products' ? done.page + 1 : 1
  for await (const { page, result } of prefetched(first, book.fetch, nextPage)) {
    if (result.received === 0 && page > 1) return closeWalk(session, page - 1)

    const ids = result.products.map((product) => BigInt(product.id))
    // Ascending ids: only what lies at or below the highest so far can have been shown before.
    const mayRepeat = highest !== null && ids.some((id) => highest !== null && id <= highest)
    await session.commit(async (tx) => {
      if (mayRepeat && !result.isLast) await refuseLoop(tx, session, result, page)
      const { products, rejects } = result
      const committed = await commitProducts(tx, session, {
        phase: 'products',
        page,
        products,
        rejects,
        mayRepeat,
      })
      const totalPages = result.isLast ? page : Math.max(result.largestTotal ?? 0, page + 1)
      return {
        phase: 'products',
        productsInPage: result.received,
        position: { page, totalPages },
        ...committed,
      }
    })
    highest = ids.reduce((max, id) => (max === null || id > max ? id : max), highest)
  }
}

function nextPage(result: BookPage, page: number): number | null {
  return result.isLast ? null : page + 1
}

/** The checkpoint of a last page has itself as the total, and no other has: see the commit above. */
function isWhole(state: { page: number; totalPages: number }): boolean {
  return state.page > 0 && state.page === state.totalPages
}

/** A page of nothing but products of earlier pages is a source that repeats itself for ever. */
async function refuseLoop(tx: Tx, session: Session, result: BookPage, page: number): Promise<void> {
  const ids = [...new Set(result.products.map((product) => product.id))]
  const seen = await seenAmong(tx, session.run, ids)
  if (ids.length === 0 || seen.size < ids.length) return
  throw new RunFailure(
    'upstream_paging',
    `Cianbox repite en la página ${page} productos que ya había mostrado. No se dio de baja ningún producto. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

/** The last page turned out to be the one before: says so, so that the walk shows as whole. */
async function closeWalk(session: Session, lastPage: number): Promise<void> {
  await session.commit(async () => ({
    phase: 'products',
    productsInPage: 0,
    counts: NO_COUNTS,
    position: { page: lastPage, totalPages: lastPage },
  }))
}
