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
import { prepareRows } from './source-rows.js'

const PRODUCTS: GuardTopic = { kind: 'retire', subject: 'products' }

export interface SweepOptions {
  pool: Pool
  /** Share of the mirror that may be retired within a day without a person's word. */
  guardShare: number
  /** How long after the first answers the second ones are asked for: an absence is not believed at one moment. */
  pauseMs: number
  signal: AbortSignal
}

/** Of the ids that one request may name, so many are of products that are known to be there. */
const CONTROLS = 12

/**
 * Retires what the mirror lists and this run has not seen, and nothing on one answer: each product is
 * asked for by id twice, at two moments, beside products that are known to be there. What is still
 * there is mirrored like any other.
 * @throws {@link GuardOpened} before anything is retired, when more than `guardShare` of
 * the mirror would go and nobody has confirmed it.
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
  // A whole pass is an answer already, and what it has not shown may be much; one answer by id is none.
  if (run.mode !== 'ids') await guard(run, options, unseen.ids, unseen.listed)
  const listed = new Set(unseen.ids)
  // What the mirror does not list may be new: that it is not there takes as many answers.
  const absent = await findAbsent(context, client, [...unseen.ids, ...unseen.unknown], options)
  // A list that shows nothing is none where products are there by id.
  const sawNothing = run.mode !== 'ids' && unseen.ids.length === unseen.listed
  if (sawNothing && absent.length < unseen.ids.length) {
    throw incompletePass('no muestra en su lista ninguno de los productos que muestra por id')
  }
  const gone = absent.filter((id) => listed.has(id))
  if (run.mode === 'ids') await guard(run, options, gone, unseen.listed)
  for (const some of chunks(gone, IDS_PER_REQUEST)) await retire(context, some)
}

/** @throws {@link GuardOpened} when a person must say yes to these first */
async function guard(
  run: RunRow,
  { pool, guardShare }: SweepOptions,
  ids: readonly string[],
  of: number,
): Promise<void> {
  if (ids.length === 0 || run.dryRun) return
  const mustAsk = await withTenant(pool, run.tenantId, async (tx) => {
    const earlier = await countRecentlyRetired(tx, run)
    // Where nothing else is listed nothing is known to be there, and no absence is believed unasked.
    const share = ids.length < of ? guardShare : 0
    if (!exceedsGuard({ count: ids.length, recent: earlier, of, share })) return false
    const question = { ...PRODUCTS, ids, of, limit: guardShare, earlier }
    if (await isConfirmed(tx, run, question)) return false
    await openGuard(tx, run, question)
    return true
  })
  if (mustAsk) throw new GuardOpened(PRODUCTS, `${ids.length} of ${of} products are not listed any more.`)
}

/** Asks for products by id, mirrors those that are there, and answers the others: {@link confirmAbsence}. */
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
  const knownOf = (asked: readonly string[]) =>
    withTenant(pool, run.tenantId, (tx) => knownBeside(tx, run, asked, ascending))
  async function settle(asked: readonly string[], mayHalve: boolean): Promise<void> {
    const known = await knownOf(asked)
    if (mayHalve && asked.length > 1 && (known.below.length === 0 || known.above.length === 0)) {
      // Ids from all over the catalogue have nothing known beside them; each half of them has.
      for (const half of chunks(asked, Math.ceil(asked.length / 2))) await settle(half, false)
      return
    }
    absent.push(
      ...(await confirmAbsence(fetchByIds, asked, known, (page) => mirrorFound(context, page), pause)),
    )
  }
  for (const asked of chunks(ascending, IDS_PER_REQUEST - CONTROLS)) await settle(asked, true)
  return absent
}

async function knownBeside(
  tx: Tx,
  run: RunRow,
  asked: readonly string[],
  except: readonly string[],
): Promise<Known> {
  const [lowest = '0', highest = lowest] = [asked[0], asked.at(-1)]
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

/** Marks what the source no longer has, and says so in the change log. */
async function retire(context: PhaseContext, gone: readonly string[]): Promise<void> {
  const { run } = context
  await context.commit(async (tx) => {
    const ids = run.dryRun
      ? await filterListed(tx, run.tenantId, gone)
      : await retireProducts(tx, run.tenantId, run.id, gone)
    await recordChanges(
      tx,
      run,
      ids.map((id) => ({ id, kind: 'retired', fields: [] })),
    )
    const counts = { created: 0, updated: 0, unchanged: 0, errors: 0, retired: ids.length }
    return { phase: 'sweep', productsInPage: gone.length, counts }
  })
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  )
}
