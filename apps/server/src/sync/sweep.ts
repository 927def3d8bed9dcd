import { setTimeout as delay } from 'node:timers/promises'
import type { CianboxClient } from '@espejo/cianbox'
import { countRecentlyRetired, filterListed, retireProducts, sampleListed } from '../catalog/product-store.js'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { type GuardTopic, isConfirmed, openGuard } from '../runs/guard-store.js'
import { findUnseenProducts, findUnseenRequested, nextPageNumber } from '../runs/page-store.js'
import type { RunRow } from '../runs/run-row.js'
import { confirmAbsence, type Known } from './belief/confirm-absence.js'
import type { ListedPage } from './belief/listed-page.js'
import { exceedsGuard } from './belief/rules.js'
import { recordChanges } from './change-log.js'
import { commitProducts } from './commit-products.js'
import { incompletePass } from './failure.js'
import { createByIdFetcher, IDS_PER_REQUEST } from './fetch-by-id.js'
import { GuardOpened } from './guard-opened.js'
import type { PhaseContext } from './phase-context.js'
import { prepareRows } from './pure/source-rows.js'

const PRODUCTS: GuardTopic = { kind: 'retire', subject: 'products' }

export interface SweepOptions {
  pool: Pool
  /** Share of the mirror, 0 to 1, that may be retired within a day without a person's decision. */
  guardShare: number
  /** Milliseconds between two requests that confirm the same absence. */
  pauseMs: number
  signal: AbortSignal
}

/** Ids of products known to exist that each request contains on one side of the others. */
const CONTROLS = 12

/**
 * Retires the products that the mirror lists and this run has not seen, after {@link confirmAbsence} has confirmed
 * each one by id. Products that still exist are mirrored like any other.
 * @throws {@link GuardOpened} before anything is retired, when more than `guardShare` of the mirror would be and no
 * person has confirmed it
 */
export async function sweep(
  context: PhaseContext,
  client: CianboxClient,
  options: SweepOptions,
): Promise<void> {
  const { run } = context
  const { pool } = options
  const unseen = await withTenant(pool, run.tenantId, (tx) =>
    run.mode === 'ids' ? findUnseenRequested(tx, run) : findUnseenProducts(tx, run),
  )
  // A whole pass is evidence already, so the guard is checked before many requests by id. A run by ids has none yet.
  if (run.mode !== 'ids') await guard(run, options, unseen.ids, unseen.listed)
  const listed = new Set(unseen.ids)
  // Requested ids that the mirror does not list may be new, so their absence is confirmed too.
  const absent = await findAbsent(context, client, [...unseen.ids, ...unseen.unknown], options)
  // If the list had no known product but some exist by id, the list was wrong.
  const sawNothing = run.mode !== 'ids' && unseen.ids.length === unseen.listed
  if (sawNothing && absent.length < unseen.ids.length) {
    throw incompletePass('no muestra en su lista ninguno de los productos que muestra por id')
  }
  const confirmed = absent.filter((id) => listed.has(id))
  if (run.mode === 'ids') await guard(run, options, confirmed, unseen.listed)
  for (const some of chunks(confirmed, IDS_PER_REQUEST)) await retire(context, some)
}

/** @throws {@link GuardOpened} when a person must confirm these ids first */
async function guard(
  run: RunRow,
  { pool, guardShare }: SweepOptions,
  ids: readonly string[],
  of: number,
): Promise<void> {
  if (ids.length === 0 || run.dryRun) return
  const needsDecision = await withTenant(pool, run.tenantId, async (tx) => {
    const earlier = await countRecentlyRetired(tx, run)
    // If every listed product is missing, none is known to exist, and every retirement needs a decision.
    const share = ids.length < of ? guardShare : 0
    if (!exceedsGuard({ count: ids.length, recent: earlier, of, share })) return false
    const question = { ...PRODUCTS, ids, of, limit: guardShare, earlier }
    if (await isConfirmed(tx, run, question)) return false
    await openGuard(tx, run, question)
    return true
  })
  if (needsDecision)
    throw new GuardOpened(PRODUCTS, `${ids.length} of ${of} products are not listed any more.`)
}

/** Requests products by id, mirrors those that exist, and returns the absent ones: {@link confirmAbsence}. */
async function findAbsent(
  context: PhaseContext,
  client: CianboxClient,
  ids: readonly string[],
  { pool, pauseMs, signal }: SweepOptions,
): Promise<string[]> {
  const { run } = context
  const fetchByIds = createByIdFetcher(client, signal)
  const pause = () => delay(pauseMs, undefined, { signal })
  const ascending = [...ids].sort((a, b) => Number(a) - Number(b))
  const absent: string[] = []
  const knownOf = (requested: readonly string[]) =>
    withTenant(pool, run.tenantId, (tx) => knownBeside(tx, run, requested, ascending))
  async function confirm(requested: readonly string[], mayHalve: boolean): Promise<void> {
    const known = await knownOf(requested)
    if (mayHalve && requested.length > 1 && (known.below.length === 0 || known.above.length === 0)) {
      // Ids from the whole range leave no known products on one side; each half has some.
      for (const half of chunks(requested, Math.ceil(requested.length / 2))) await confirm(half, false)
      return
    }
    absent.push(
      ...(await confirmAbsence(fetchByIds, requested, known, (page) => mirrorFound(context, page), pause)),
    )
  }
  for (const requested of chunks(ascending, IDS_PER_REQUEST - CONTROLS)) await confirm(requested, true)
  return absent
}

async function knownBeside(
  tx: Tx,
  run: RunRow,
  requested: readonly string[],
  except: readonly string[],
): Promise<Known> {
  const [lowest = '0', highest = lowest] = [requested[0], requested.at(-1)]
  const top = String(Number.MAX_SAFE_INTEGER)
  return {
    below: await sampleListed(tx, run, { above: '0', below: lowest }, except, CONTROLS),
    above: await sampleListed(tx, run, { above: highest, below: top }, except, CONTROLS),
  }
}

async function mirrorFound(context: PhaseContext, { rows }: ListedPage): Promise<void> {
  const source = prepareRows(rows)
  await context.commit(async (tx) => {
    const page = await nextPageNumber(tx, context.run, 'sweep')
    const counts = await commitProducts(tx, context, {
      phase: 'sweep',
      page,
      source,
      checkEarlierPages: true,
    })
    return { phase: 'sweep', productsInPage: source.received, counts }
  })
}

/** Marks products as retired, and writes that to the change log. */
async function retire(context: PhaseContext, absent: readonly string[]): Promise<void> {
  const { run } = context
  await context.commit(async (tx) => {
    const ids = run.dryRun
      ? await filterListed(tx, run.tenantId, absent)
      : await retireProducts(tx, run.tenantId, run.id, absent)
    await recordChanges(
      tx,
      run,
      ids.map((id) => ({ id, kind: 'retired', fields: [] })),
    )
    const counts = { created: 0, updated: 0, unchanged: 0, errors: 0, retired: ids.length }
    return { phase: 'sweep', productsInPage: absent.length, counts }
  })
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
