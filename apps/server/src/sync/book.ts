import { type CianboxClient, CianboxError, type ProductPage } from '@espejo/cianbox'
import { RunFailure } from './failure.js'
import { findLastPage, type PageKind } from './find-last-page.js'

/**
 * The catalogue by ascending id, as numbered pages. What the source says of their number is a hint:
 * totals can be missing, lag, or move.
 */
export interface Book {
  /**
   * Where the catalogue ends: its last page with rows, 0 when it is empty.
   * @throws {@link RunFailure} `upstream_paging` when there seems to be no end.
   */
  open(): Promise<number>
  /**
   * A page that has rows, unless the catalogue has shrunk below it meanwhile.
   * @throws {@link RunFailure} `upstream_paging` when it is empty and should not be.
   */
  fetch(page: number): Promise<ProductPage>
  /** Whether a page of nothing but known rows is explained: it lies behind the end, or much was deleted. */
  mayRepeat(page: ProductPage): boolean
}

/** How often a page that is empty and should not be is asked for before the run ends. */
const LOOKS = 3

export function openBook(client: CianboxClient, options: { pageSize: number; signal: AbortSignal }): Book {
  const { pageSize, signal } = options
  /** The highest id at the start; null: unknown, or the source does not keep to the order asked for. */
  let top: bigint | null = null
  let totalAtStart: number | null = null
  let lookedAt: { page: number; result: ProductPage } | null = null

  const ask = (page: number, order: 'id-asc' | 'id-desc') =>
    client.listProducts({ page, limit: pageSize, order, signal })

  async function kindOf(page: number): Promise<PageKind> {
    try {
      const result = await ask(page, 'id-asc')
      lookedAt = { page, result }
      if (result.received === 0) return 'behind'
      return top !== null && highestIn(result) >= top ? 'end' : 'rows'
    } catch (error) {
      // Some sources answer a page behind the last one with an error; the first page is never behind.
      if (page > 1 && isRefusal(error)) return 'behind'
      throw error
    }
  }

  return {
    async open() {
      const newest = await ask(1, 'id-desc')
      if (newest.received === 0) return 0
      totalAtStart = newest.totalPages
      top = highestIn(newest)
      if (totalAtStart === 1 && newest.received < pageSize) {
        lookedAt = { page: 1, result: newest }
        return 1
      }
      if (totalAtStart === null) {
        // Without a total, a source that takes no order would make the first page look like the end.
        await kindOf(1)
        if (lookedAt && sameIds(lookedAt.result, newest) && newest.received >= pageSize) top = null
      }
      const last = await findLastPage(totalAtStart ?? 1, kindOf)
      if (last === null) throw paging('no termina nunca: sigue mostrando páginas')
      return last
    },
    async fetch(page) {
      for (let look = 1; look <= LOOKS; look++) {
        const result = lookedAt?.page === page ? lookedAt.result : await ask(page, 'id-asc')
        lookedAt = null
        const hasShrunk = result.totalPages !== null && result.totalPages < page
        if (result.received > 0 || hasShrunk) return result
      }
      throw paging(`devolvió vacía la página ${page}`)
    },
    mayRepeat(page) {
      const isBehind = top !== null && highestIn(page) >= top
      const hasShrunk = page.totalPages !== null && totalAtStart !== null && page.totalPages < totalAtStart
      return isBehind || hasShrunk
    },
  }
}

/** The source's pages make no catalogue. `what` completes «Cianbox …». */
export function paging(what: string): RunFailure {
  return new RunFailure(
    'upstream_paging',
    `Cianbox ${what}. No se dio de baja ningún producto. Probá de nuevo en unos minutos y, si sigue, avisale a Cianbox.`,
  )
}

function isRefusal(error: unknown): boolean {
  return error instanceof CianboxError && /^(bad_request|server_error)$/.test(error.kind)
}

/** The highest id of a page; below every id when none of its rows has one. */
function highestIn({ products, rejects }: ProductPage): bigint {
  const ids = [...products, ...rejects].flatMap(({ id }) => (id === null ? [] : [BigInt(id)]))
  return ids.reduce((max, id) => (id > max ? id : max), -1n)
}

function sameIds(a: ProductPage, b: ProductPage): boolean {
  const ids = new Set(a.products.map(({ id }) => id))
  return ids.size === b.products.length && b.products.every(({ id }) => ids.has(id))
}
