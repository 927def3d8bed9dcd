import type { SourceReject } from '@espejo/cianbox'
import type { RunPhase } from '@espejo/contract'
import {
  findStoredProducts,
  type ProductToWrite,
  updateContentHashes,
  upsertProducts,
} from '../catalog/product-store.js'
import { pipelined } from '../db/pipelined.js'
import type { Tx } from '../db/pool.js'
import { deleteRejects, findOnEarlierPages, recordPage, recordRejects } from '../runs/page-store.js'
import { findChanges, recordChanges } from './change-log.js'
import { parseRows } from './parse-rows.js'
import type { PhaseContext } from './phase-context.js'
import { countPage, differs } from './pure/diff.js'
import type { PageCounts } from './pure/ledger.js'
import { rangeOf, type SourceRows } from './pure/source-rows.js'
import { type Refused, writeIsolating } from './write-isolating.js'

/** A page as the source sent it, of any phase. */
export interface ProductsOfPage {
  phase: RunPhase
  page: number
  source: SourceRows
  /** Places whose rows the source leaves out by a rule of its own. @defaultValue 0 */
  leftOut?: number
  /** Ids that count as seen without a row. @defaultValue none */
  alsoSeen?: readonly string[]
  /** Whether earlier pages of this run may contain some of these rows, so that they must be looked up. */
  checkEarlierPages: boolean
}

/**
 * Writes a page in the caller's transaction: changed rows, rejects, change log and the record of the page, but not its
 * event. Rows whose hash the mirror already has are not parsed.
 */
export async function commitProducts(
  tx: Tx,
  context: PhaseContext,
  page: ProductsOfPage,
): Promise<PageCounts> {
  const { run, dialect } = context
  const { rows, rowsWithoutId } = page.source
  const ids = rows.map(({ id }) => id)
  // One round trip, in this order: the lookup on earlier pages must run before this page is recorded.
  const [stored, seenBefore] = await pipelined([
    findStoredProducts(tx, run.tenantId, run.id, ids),
    page.checkEarlierPages ? findOnEarlierPages(tx, run, ids) : new Set<string>(),
    // With the rejected rows: their products exist at the source, and the sweep must not retire them.
    recordPage(tx, run, {
      phase: page.phase,
      page: page.page,
      ids: page.alsoSeen ? [...ids, ...page.alsoSeen] : ids,
      range: page.alsoSeen ? null : rangeOf(page.source),
      withoutId: rowsWithoutId.length,
      leftOut: page.leftOut ?? 0,
    }),
  ])
  // A dry run writes nothing from which a repeated row could be recognised.
  const fresh = run.dryRun ? rows.filter(({ id }) => !seenBefore.has(id)) : rows

  const read = parseRows(
    fresh.filter((row) => differs(row, stored.get(row.id))),
    rowsWithoutId,
    dialect,
    page.page,
  )
  const { changes, reordered } = await findChanges(tx, context, read.products, stored)
  const write = read.products.filter(({ product }) => !reordered.has(product.id))
  const refused = run.dryRun ? [] : await writeAll(tx, context, write)
  if (!run.dryRun) {
    const reorderedRows = read.products.filter(({ product }) => reordered.has(product.id))
    await updateContentHashes(tx, run.tenantId, reorderedRows)
  }
  const refusedIds = new Set(refused.map(({ row }) => row.product.id))
  await recordChanges(
    tx,
    run,
    changes.filter(({ id }) => !refusedIds.has(id)),
  )

  const refusals = refused.map((one, i) => rejectOf(one, page, i))
  // Rows of an earlier page were counted there, with their outcome then.
  const rejects = [...read.rejects, ...refusals].filter(({ id }) => id === null || !seenBefore.has(id))
  await recordRejects(tx, run, page.phase, rejects)

  const rejectedIds = new Set([...read.rejects, ...refusals].map(({ id }) => id))
  const kept = fresh.map(({ id }) => id).filter((id) => !rejectedIds.has(id))
  const changed = new Set(write.map(({ product }) => product.id))
  const hasRejects = context.state().errors > 0
  const again = hasRejects ? kept.filter((id) => seenBefore.has(id)) : []
  const counts = countPage(kept, changed, stored, seenBefore, await deleteRejects(tx, run, again))
  return { ...counts, errors: counts.errors + rejects.length, retired: 0 }
}

function writeAll(tx: Tx, { run }: PhaseContext, rows: readonly ProductToWrite[]) {
  return writeIsolating(tx, rows, (some) => upsertProducts(tx, run.tenantId, run.id, some))
}

/** Positions of refused rows follow those of the page, so that no two rejects have the same position. */
function rejectOf(
  { row, error }: Refused<ProductToWrite>,
  page: ProductsOfPage,
  index: number,
): SourceReject {
  return {
    id: row.product.id,
    page: page.page,
    position: page.source.received + index,
    field: error.column ?? null,
    reason: `La base de datos no pudo guardar el producto (${error.message}).`,
    payload: row.product.raw,
  }
}
