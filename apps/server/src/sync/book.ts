import { type CianboxClient, CianboxError, type ProductPage } from '@espejo/cianbox'
import { RunFailure } from './failure.js'

/** A page of the walk. `isLast`: the source has proved that nothing follows. */
export interface BookPage extends ProductPage {
  isLast: boolean
  /** The largest number of pages that the source has told of; null: it tells of none. */
  largestTotal: number | null
}

/** The catalogue as numbered pages, asked for in order. */
export interface Book {
  /** @throws {@link RunFailure} `upstream_paging` when the pages cannot be a whole catalogue. */
  fetch(page: number): Promise<BookPage>
}

/** How often a page that makes no sense is asked for before the run ends. */
const LOOKS = 3

/**
 * The source's word on how many pages there are is not proof: totals are missing, lag, or move. The
 * end is proved by asking for the highest id there is; until the walk has shown it, it goes on.
 * @param highestSeen of the pages before the checkpoint; null at the start.
 */
export function openBook(
  client: CianboxClient,
  options: { pageSize: number; signal: AbortSignal; highestSeen: bigint | null },
): Book {
  const { pageSize, signal } = options
  let highest = options.highestSeen
  let latestTotal: number | null = null
  let largestTotal: number | null = null

  async function fetchOnce(page: number): Promise<ProductPage> {
    try {
      return await client.listProducts({ page, limit: pageSize, order: 'id-asc', signal })
    } catch (error) {
      // Some sources answer a page behind the last one with an error.
      const isRefusal = error instanceof CianboxError && /^(bad_request|server_error)$/.test(error.kind)
      if (isRefusal && page > (latestTotal ?? 1) && (await reachesTop(highest))) {
        return { products: [], rejects: [], page, totalPages: latestTotal, received: 0 }
      }
      throw error
    }
  }

  /** Whether the source has no id above this one. */
  async function reachesTop(id: bigint | null): Promise<boolean> {
    const top = highestIn(await client.listProducts({ page: 1, limit: 1, order: 'id-desc', signal }))
    return top === null || (id !== null && top <= id)
  }

  return {
    async fetch(page) {
      for (let look = 1; look <= LOOKS; look++) {
        const result = await fetchOnce(page)
        latestTotal = result.totalPages
        if (latestTotal !== null) largestTotal = Math.max(largestTotal ?? 0, latestTotal)

        const top = max(highest, highestIn(result))
        const isNews = result.received > 0 && (top !== highest || largestTotal !== null)
        const expectsMore = largestTotal === null || page < largestTotal
        if (!isNews || !expectsMore) {
          if (await reachesTop(top)) {
            highest = top
            return { ...result, isLast: true, largestTotal }
          }
          // Nothing here and yet there is more: a hole. A page that is not full and yet not the
          // last: it has grown since. Either way another look tells.
          if (result.received < pageSize) continue
        }
        highest = top
        return { ...result, isLast: false, largestTotal }
      }
      throw new RunFailure(
        'upstream_paging',
        `Cianbox devolvió incompleta la página ${page}${largestTotal === null ? '' : ` de ${largestTotal}`}. No se dio de baja ningún producto. Probá de nuevo en unos minutos.`,
      )
    },
  }
}

function highestIn({ products, rejects }: ProductPage): bigint | null {
  const ids = [...products, ...rejects].flatMap(({ id }) => (id === null ? [] : [BigInt(id)]))
  return ids.reduce<bigint | null>(max, null)
}

function max(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}
