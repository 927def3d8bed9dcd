import {
  type CianboxClient,
  type Dialect,
  type ProductRow,
  parseProductRows,
  productRowId,
} from '@espejo/cianbox'
import { paging } from './book.js'
import { commitProducts } from './commit-products.js'
import { nextPage } from './page-store.js'
import { createReadingOrder, type Window } from './reading-order.js'
import type { Session } from './session.js'
import { prepareRows, type SourceRows } from './source-rows.js'

/**
 * The source's clock is not ours, its times have whole seconds and no zone, and it may be set back.
 * Reading a little too much costs nothing: what has not changed is not written.
 */
const OVERLAP_MS = 15 * 60_000

/**
 * Reads what was modified since `since`, newest first. As a full run's `drift` it closes what moved
 * while the walk went on; as an incremental run's `products` it is the run. Rows can show twice, but
 * none is passed over: {@link createReadingOrder}.
 * @throws {@link RunFailure} `upstream_paging` when the list moves faster than it can be read.
 */
export async function readBack(
  session: Session,
  client: CianboxClient,
  options: { phase: 'products' | 'drift'; since: Date; pageSize: number; signal: AbortSignal },
): Promise<void> {
  const { phase, pageSize, signal } = options
  const since = options.since.getTime() - OVERLAP_MS
  const order = createReadingOrder(pageSize)
  const ask = async (window: Window) =>
    client.listProductRows({ ...window, order: 'modified-date-desc', signal })
  for (let page = 1; ; page++) {
    const window = order.next()
    let answer = await ask(window)
    // Nothing at all is only believed twice.
    if (answer.rows.length === 0) answer = await ask(window)
    const { rows, totalPages } = answer
    const outcome = order.take(
      window,
      rows.map(({ raw }) => productRowId(raw)).filter((id) => id !== null),
    )
    if (outcome === 'lost') throw paging('muestra los últimos cambios en páginas que no se continúan')
    const recent = rows.filter((row) => modifiedAt(row, session.dialect) >= since)
    const reachedBack = recent.length < rows.length
    // A total that says no more is no proof; a page that is not full, and no total against it, is.
    const isShort = rows.length < window.limit && (totalPages === null || totalPages <= window.page)
    const isLast = outcome === 'joined' && (reachedBack || isShort || rows.length === 0)
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
