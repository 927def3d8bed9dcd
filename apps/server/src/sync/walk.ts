import { countListed } from '../catalog/product-store.js'
import { type Pool, withTenant } from '../db/pool.js'
import { nextPageNumber } from '../runs/page-store.js'
import type { PassStart } from '../runs/pass-store.js'
import { countWalk, readPassStart, savePassStart } from '../runs/pass-store.js'
import type { FetchPage, ListedPage } from './belief/listed-page.js'
import { readCatalog } from './belief/read-catalog.js'
import type { VerifiedPage } from './belief/verify-page.js'
import { commitProducts } from './commit-products.js'
import type { PhaseContext } from './phase-context.js'
import { NO_COUNTS } from './pure/ledger.js'
import { prepareRows, rangeOf } from './pure/source-rows.js'
import { newestModification } from './source-time.js'

/** Mirrors the whole catalogue page by page, in the order of {@link readCatalog}. @returns the start of the pass */
export async function walkProducts(
  context: PhaseContext,
  fetchPage: FetchPage,
  options: { pool: Pool; pageSize: number; watermark: Date | null },
): Promise<PassStart> {
  const { run, dialect } = context
  const { pool, pageSize } = options
  let walkedRange = donePages(context) === null ? null : await readWalkedRange(context, pool)
  // Rows that were committed outside the walk are in no range of its pages.
  let hasRowsOutsideWalk = run.mode === 'incremental' || ((await readPassStart(pool, run))?.base ?? 0) > 0
  const start = await readCatalog(
    fetchPage,
    {
      done: () => donePages(context),
      readStart: () => readPassStart(pool, run),
      saveStart: (found) => savePassStart(pool, run, found),
      count: (lastPage) => countWalk(pool, run, lastPage),
      prepare: (page: VerifiedPage) => prepareRows(page.rows),
      async commitPage({ page, prepared: source, leftOut, position }) {
        const range = rangeOf(source)
        const checkEarlierPages = hasRowsOutsideWalk || overlap(range, walkedRange)
        await context.commit(async (tx) => {
          const shown = { phase: 'products' as const, page, source, leftOut, checkEarlierPages }
          const counts = await commitProducts(tx, context, shown)
          return { phase: 'products', productsInPage: source.received, position, counts }
        })
        walkedRange = span(walkedRange, range)
      },
      commitEnd(page) {
        hasRowsOutsideWalk = true
        return commitOutsideWalk(context, page)
      },
    },
    {
      limit: pageSize,
      // The simple dialect's rows do not say when they were modified.
      front: dialect === 'v2' ? 'modified-date-desc' : 'id-desc',
      newestOf: ({ rows }) => newestModification(pool, rows, dialect),
      earlier: await earlierPass(context, options),
    },
  )
  if (start.lastPage === 0) await commitEmptyCatalogue(context)
  return start
}

/**
 * More than any error of the source's clock or time zone: what is modified from now on is dated after now minus this.
 * Rows that are read again because of it are not written.
 */
const CLOCK_MARGIN_MS = 26 * 3600_000

/** Rows and watermark of an earlier pass; null when there was none. */
async function earlierPass(
  { run }: PhaseContext,
  { pool, watermark }: { pool: Pool; watermark: Date | null },
): Promise<{ rows: number; since: string } | null> {
  if (watermark === null) return null
  const rows = await withTenant(pool, run.tenantId, (tx) => countListed(tx, run.tenantId))
  const started = (run.startedAt ?? run.createdAt).getTime()
  return { rows, since: new Date(Math.max(watermark.getTime(), started - CLOCK_MARGIN_MS)).toISOString() }
}

/** Writes rows that were read outside the walk to the mirror. */
export async function commitOutsideWalk(
  context: PhaseContext,
  { rows, leftOut = 0 }: ListedPage & { leftOut?: number },
): Promise<void> {
  // The walk has already rejected the rows without an id.
  const source = { ...prepareRows(rows), rowsWithoutId: [] }
  await context.commit(async (tx) => {
    const page = await nextPageNumber(tx, context.run, 'drift')
    const shown = {
      phase: 'drift' as const,
      page,
      source,
      leftOut: Math.max(0, leftOut),
      checkEarlierPages: true,
    }
    const counts = await commitProducts(tx, context, shown)
    return { phase: 'drift', productsInPage: source.received, counts }
  })
}

/** Committed pages of the walk; null before the first. */
function donePages(context: PhaseContext): number | null {
  const { phase, page } = context.state()
  return phase === 'drift' || (phase === 'products' && page > 0) ? page : null
}

type Range = { lowest: number; highest: number } | null

async function readWalkedRange(context: PhaseContext, pool: Pool): Promise<Range> {
  const { lowest, highest } = await countWalk(pool, context.run, 0)
  return lowest === null || highest === null ? null : { lowest, highest }
}

function overlap(a: Range, b: Range): boolean {
  return a !== null && b !== null && a.lowest <= b.highest && b.lowest <= a.highest
}

function span(a: Range, b: Range): Range {
  if (a === null || b === null) return a ?? b
  return { lowest: Math.min(a.lowest, b.lowest), highest: Math.max(a.highest, b.highest) }
}

async function commitEmptyCatalogue(context: PhaseContext): Promise<void> {
  await context.commit(async () => ({
    phase: 'products',
    productsInPage: 0,
    counts: NO_COUNTS,
    position: { page: 1, totalPages: 1 },
  }))
}
