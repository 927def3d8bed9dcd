import type { CianboxClient, SourceReject } from '@espejo/cianbox'
import { nextPageNumber, recordRejects } from '../runs/page-store.js'
import { commitProducts } from './commit-products.js'
import { fetchByIdIsolating, IDS_PER_REQUEST } from './fetch-by-id.js'
import type { PhaseContext } from './phase-context.js'
import { prepareRows, type SourceRows } from './pure/source-rows.js'

/**
 * Mirrors the requested products. Missing ones are left to the sweep. An id whose requests always fail becomes a reject,
 * and does not block the others.
 */
export async function syncIds(
  context: PhaseContext,
  client: CianboxClient,
  signal: AbortSignal,
): Promise<void> {
  const { run } = context
  const ids = [...new Set(run.requestedIds ?? [])]
  const totalPages = Math.ceil(ids.length / IDS_PER_REQUEST)
  for (let page = context.state().page + 1; page <= totalPages; page++) {
    const requested = ids.slice((page - 1) * IDS_PER_REQUEST, page * IDS_PER_REQUEST)
    const answers = await fetchByIdIsolating(client, requested, signal)
    const source = keepRequested(prepareRows(answers.flatMap(({ rows }) => rows ?? [])), requested)
    const refused = answers.flatMap(({ requested: [id], rows }) => (rows === null && id ? [id] : []))
    await context.commit(async (tx) => {
      const number = await nextPageNumber(tx, run, 'products')
      const counts = await commitProducts(tx, context, {
        phase: 'products',
        page: number,
        source,
        checkEarlierPages: true,
        alsoSeen: refused,
      })
      await recordRejects(
        tx,
        run,
        'products',
        refused.map((id, i) => rejectOf(id, number, source.received + IDS_PER_REQUEST + i)),
      )
      const withRefused = { ...counts, errors: counts.errors + refused.length }
      return {
        phase: 'products',
        productsInPage: requested.length,
        position: { page, totalPages },
        counts: withRefused,
      }
    })
  }
}

/** Drops rows that were not requested: a source that ignores the ids returns other products. */
function keepRequested(source: SourceRows, requested: readonly string[]): SourceRows {
  const wanted = new Set(requested)
  return { ...source, rows: source.rows.filter(({ id }) => wanted.has(id)) }
}

function rejectOf(id: string, page: number, position: number): SourceReject {
  return {
    id,
    page,
    position,
    field: null,
    reason: 'Cianbox no pudo contestar por este producto: cada consulta que lo nombra falla.',
    payload: { id },
  }
}
