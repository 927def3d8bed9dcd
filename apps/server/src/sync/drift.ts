import type { CianboxClient } from '@espejo/cianbox'
import { commitProducts } from './commit-products.js'
import { nextPage } from './page-store.js'
import type { Session } from './session.js'

/** The source's clock is not ours, and its times have whole seconds. Reading a little too much is free. */
const OVERLAP_MS = 15 * 60_000

/**
 * Reads again what was modified while the walk went on, newest first, back to the run's start. A row
 * that has not changed since costs nothing.
 */
export async function closeDrift(
  session: Session,
  client: CianboxClient,
  options: { pageSize: number; since: Date; signal: AbortSignal },
): Promise<void> {
  const since = options.since.getTime() - OVERLAP_MS
  for (let page = 1; ; page++) {
    const result = await client.listProducts({
      page,
      limit: options.pageSize,
      order: 'modified-date-desc',
      signal: options.signal,
    })
    const { products, rejects, received, totalPages } = result
    const recent = products.filter((product) => modifiedAt(product) >= since)
    await session.commit(async (tx) => {
      const counts = await commitProducts(tx, session, {
        phase: 'drift',
        page: await nextPage(tx, session.run, 'drift'),
        products: recent,
        // The walk has recorded them already.
        rejects: [],
        mayRepeat: true,
      })
      return { phase: 'drift', productsInPage: recent.length, counts }
    })
    const reachedBack = recent.length + rejects.length < received || received === 0
    if (reachedBack || (totalPages !== null && page >= totalPages)) return
  }
}

function modifiedAt(product: { sourceUpdatedAt: string | null }): number {
  return product.sourceUpdatedAt === null ? 0 : Date.parse(product.sourceUpdatedAt)
}
