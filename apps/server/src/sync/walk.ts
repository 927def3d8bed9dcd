import { type CianboxClient, CianboxError, type ProductPage } from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
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
 * the source has shown its last page.
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

  const book = createBook(client, options)
  let highest = await withTenant(options.pool, run.tenantId, (tx) => highestSeen(tx, run))
  const first = done.phase === 'products' ? done.page + 1 : 1
  for await (const { page, result } of prefetched(first, book.fetch, book.next)) {
    const isLast = book.next(result, page) === null
    // An empty page behind the last one is how a source without totals says that this was all.
    if (result.received === 0 && page > 1) return closeWalk(session, page - 1)

    const ids = result.products.map((product) => BigInt(product.id))
    // Ascending ids: only what lies at or below the highest so far can have been shown before.
    const mayRepeat = highest !== null && ids.some((id) => highest !== null && id <= highest)
    await session.commit(async (tx) => {
      if (mayRepeat) await refuseLoop(tx, session, result, page)
      const { products, rejects } = result
      const counts = await commitProducts(tx, session, {
        phase: 'products',
        page,
        products,
        rejects,
        mayRepeat,
      })
      const totalPages = isLast ? page : Math.max(result.totalPages ?? 0, page + 1)
      return { phase: 'products', productsInPage: result.received, counts, position: { page, totalPages } }
    })
    highest = ids.reduce((max, id) => (max === null || id > max ? id : max), highest)
  }
}

/** The checkpoint of a last page has itself as the total, and no other has: see the commit above. */
function isWhole(state: { page: number; totalPages: number }): boolean {
  return state.page > 0 && state.page === state.totalPages
}

/** Asked again before a page that makes no sense ends the run. */
const SECOND_LOOKS = 2

/**
 * The catalogue as numbered pages. A total that shrinks is not believed: the walk goes on to the
 * largest one it was told, until the source shows a page with nothing on it.
 */
function createBook(client: CianboxClient, { pageSize, signal }: WalkOptions) {
  let largestTotal: number | null = null
  let latestTotal: number | null = null

  async function fetchOnce(page: number): Promise<ProductPage> {
    try {
      return await client.listProducts({ page, limit: pageSize, order: 'id-asc', signal })
    } catch (error) {
      // Some sources answer a page behind the last one with an error.
      const isBehind = latestTotal !== null && page > latestTotal
      const isRefusal = error instanceof CianboxError && /^(bad_request|server_error)$/.test(error.kind)
      if (isBehind && isRefusal)
        return { products: [], rejects: [], page, totalPages: latestTotal, received: 0 }
      throw error
    }
  }

  return {
    async fetch(page: number): Promise<ProductPage> {
      for (let look = 0; ; look++) {
        const result = await fetchOnce(page)
        if (result.totalPages !== null) {
          latestTotal = result.totalPages
          largestTotal = Math.max(largestTotal ?? 0, result.totalPages)
        }
        const isHole = result.received === 0 && result.totalPages !== null && page < result.totalPages
        if (!isHole) return result
        if (look === SECOND_LOOKS) throw hole(page, result.totalPages)
      }
    },
    next(result: ProductPage, page: number): number | null {
      if (result.received === 0) return null
      return largestTotal === null || page < largestTotal ? page + 1 : null
    },
  }
}

function hole(page: number, totalPages: number | null): RunFailure {
  return new RunFailure(
    'upstream_paging',
    `Cianbox devolvió vacía la página ${page} de ${totalPages}. No se dio de baja ningún producto. Probá de nuevo en unos minutos.`,
  )
}

/** A page of nothing but products of earlier pages is a source that repeats itself for ever. */
async function refuseLoop(tx: Tx, session: Session, result: ProductPage, page: number): Promise<void> {
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
