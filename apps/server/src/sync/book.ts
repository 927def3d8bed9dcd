import { type CianboxClient, CianboxError, type ProductRowPage, productRowId } from '@espejo/cianbox'
import { RunFailure } from './failure.js'
import { findLastPage, type PageKind } from './find-last-page.js'

/** A page of the catalogue as the source sent it. */
export type BookPage = Pick<ProductRowPage, 'rows' | 'totalPages'>

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
  fetch(page: number): Promise<BookPage>
  /** Whether a page of nothing but known rows is explained: it lies behind the end, or much was deleted. */
  mayRepeat(page: BookPage): boolean
}

/** How often a page that is empty and should not be is asked for before the run ends. */
const LOOKS = 3

export function openBook(
  client: CianboxClient,
  options: {
    pageSize: number
    signal: AbortSignal
    /** What a checkpoint knows of the catalogue, for a walk that goes on. */
    known?: { top: number | null; totalPages: number }
  },
): Book {
  const { pageSize, signal, known } = options
  /** The highest id at the start; null: unknown, or the source does not keep to the order asked for. */
  let top: number | null = known?.top ?? null
  let totalAtStart: number | null = known?.totalPages ?? null
  let lookedAt: { page: number; result: BookPage } | null = null

  const ask = (page: number, order: 'id-asc' | 'id-desc'): Promise<BookPage> =>
    client.listProductRows({ page, limit: pageSize, order, signal })

  async function kindOf(page: number): Promise<PageKind> {
    try {
      const result = await ask(page, 'id-asc')
      lookedAt = { page, result }
      if (result.rows.length === 0) return 'behind'
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
      if (newest.rows.length === 0) return 0
      totalAtStart = newest.totalPages
      top = highestIn(newest)
      if (totalAtStart === 1 && newest.rows.length < pageSize) {
        lookedAt = { page: 1, result: newest }
        return 1
      }
      if (totalAtStart === null) {
        // Without a total, a source that takes no order would make the first page look like the end.
        await kindOf(1)
        if (lookedAt && hasSameIds(lookedAt.result, newest) && newest.rows.length >= pageSize) top = null
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
        if (result.rows.length > 0 || hasShrunk) return result
      }
      throw paging(`devolvió vacía la página ${page}`)
    },
    mayRepeat(page) {
      const isBehind = top !== null && highestIn(page) >= top
      const { totalPages } = page
      return isBehind || (totalPages !== null && totalAtStart !== null && totalPages < totalAtStart)
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

/** Below every id when no row has one. */
function highestIn(page: BookPage): number {
  return idsOf(page).reduce((highest, id) => Math.max(highest, Number(id)), -1)
}

function hasSameIds(a: BookPage, b: BookPage): boolean {
  const [ids, others] = [new Set(idsOf(a)), new Set(idsOf(b))]
  return ids.size === others.size && [...others].every((id) => ids.has(id))
}

function idsOf({ rows }: BookPage): string[] {
  return rows.map(({ raw }) => productRowId(raw)).filter((id) => id !== null)
}
