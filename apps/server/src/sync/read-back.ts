import { type CianboxClient, type Dialect, type ProductRow, parseProductRows } from '@espejo/cianbox'
import { commitProducts } from './commit-products.js'
import { nextPage } from './page-store.js'
import type { Session } from './session.js'
import { prepareRows, type SourceRows } from './source-rows.js'

/**
 * The source's clock is not ours, its times have whole seconds and no zone, and it may be set back.
 * Reading a little too much costs nothing: what has not changed is not written.
 */
const OVERLAP_MS = 15 * 60_000

/**
 * Reads what was modified since `since`, newest first. As a full run's `drift` it closes what moved
 * while the walk went on; as an incremental run's `products` it is the run. What is modified
 * meanwhile moves to the front, so that rows can show twice but none is passed over.
 */
export async function readBack(
  session: Session,
  client: CianboxClient,
  options: { phase: 'products' | 'drift'; since: Date; pageSize: number; signal: AbortSignal },
): Promise<void> {
  const { phase, pageSize, signal } = options
  const since = options.since.getTime() - OVERLAP_MS
  const ask = async (page: number) =>
    client.listProductRows({ page, limit: pageSize, order: 'modified-date-desc', signal })
  for (let page = 1; ; page++) {
    let answer = await ask(page)
    // Nothing at all is only believed twice.
    if (answer.rows.length === 0) answer = await ask(page)
    const { rows, totalPages } = answer
    const recent = rows.filter((row) => modifiedAt(row, session.dialect) >= since)
    const reachedBack = recent.length < rows.length
    // A total that says no more is no proof; a page that is not full, and no total against it, is.
    const isShort = rows.length < pageSize && (totalPages === null || totalPages <= page)
    const isLast = reachedBack || isShort || rows.length === 0
    await session.commit(async (tx) => {
      const committed = await commitProducts(tx, session, {
        phase,
        page: await nextPage(tx, session.run, phase),
        source: phase === 'drift' ? withoutNameless(recent) : prepareRows(recent),
        mayRepeat: true,
      })
      // Taken over, it begins again at the front, where the news is; the ledger's page does not go back.
      const reached = Math.max(page, session.state().page)
      const position = { page: reached, totalPages: isLast ? reached : reached + 1 }
      const productsInPage = recent.length
      return phase === 'drift'
        ? { phase, productsInPage, ...committed }
        : { phase, productsInPage, position, ...committed }
    })
    if (isLast) return
  }
}

/** A row that does not say when it was modified, or cannot be read, is looked at every time. */
function modifiedAt({ raw }: ProductRow, dialect: Dialect): number {
  const at = parseProductRows([raw], dialect).products[0]?.sourceUpdatedAt ?? null
  return at === null ? Number.POSITIVE_INFINITY : Date.parse(at)
}

/** Rows without an id cannot be recognised, and the walk has rejected them already. */
function withoutNameless(rows: readonly ProductRow[]): SourceRows {
  return { ...prepareRows(rows), nameless: [] }
}
