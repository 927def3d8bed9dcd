import { setTimeout as delay } from 'node:timers/promises'
import type { CianboxClient, ProductRow } from '@espejo/cianbox'
import { type Pool, withTenant } from '../db/pool.js'
import { type GuardTopic, isConfirmed, openGuard } from '../runs/guard-store.js'
import type { RunRow } from '../runs/run-row.js'
import { askBesideKnown, IDS_A_REQUEST } from './ask-by-id.js'
import { exceedsGuard } from './belief/rules.js'
import { recordChanges } from './change-log.js'
import { commitProducts } from './commit-products.js'
import { GuardOpened } from './guard-opened.js'
import { nextPage, unseenProducts, unseenRequested } from './page-store.js'
import { listedAmong, listedBeside, recentlyRetired, retireProducts } from './product-store.js'
import type { Session } from './session.js'
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

/** So many products go into one question by id, and so many known ones beside each of them, on either side. */
const ASKED = 40
const BESIDE = 2
/** An absence counts when so many answers by id agree. */
const ANSWERS = 2

/**
 * Retires what the mirror lists and this run has not seen, and nothing on one answer: each product is
 * asked for by id twice, at two moments, beside products that are known to be there. What is still
 * there is mirrored like any other.
 * @throws {@link GuardOpened} before anything is retired, when more than `guardShare` of
 * the mirror would go and nobody has confirmed it.
 */
export async function sweep(session: Session, client: CianboxClient, options: SweepOptions): Promise<void> {
  const { run } = session
  const { pool } = options
  const unseen = await withTenant(pool, run.tenantId, (tx) =>
    run.mode === 'ids' ? unseenRequested(tx, run) : unseenProducts(tx, run),
  )
  // A whole pass is an answer already, and what it has not shown may be much; one answer by id is none.
  if (run.mode !== 'ids') await guard(run, options, unseen.ids, unseen.listed)
  const listed = new Set(unseen.ids)
  // What the mirror does not list may be new: that it is not there takes as many answers.
  let absent = [...unseen.ids, ...unseen.unknown]
  for (let answer = 1; answer <= ANSWERS && absent.length > 0; answer++) {
    if (answer > 1) await delay(options.pauseMs, undefined, { signal: options.signal })
    absent = await stillAbsent(session, client, absent, options)
  }
  const gone = absent.filter((id) => listed.has(id))
  if (run.mode === 'ids') await guard(run, options, gone, unseen.listed)
  for (const some of chunks(gone, IDS_A_REQUEST)) await retire(session, some)
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
    const earlier = await recentlyRetired(tx, run)
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

/** Asks for products by id, mirrors those that are there, and answers the others. */
async function stillAbsent(
  session: Session,
  client: CianboxClient,
  ids: readonly string[],
  { pool, signal }: SweepOptions,
): Promise<string[]> {
  const { tenantId } = session.run
  const absent: string[] = []
  for (const asked of chunks(ids, ASKED)) {
    const controls = await withTenant(pool, tenantId, (tx) => listedBeside(tx, tenantId, asked, ids, BESIDE))
    const rows = await askBesideKnown(client, asked, controls, signal)
    const found = await mirrorFound(session, rows)
    absent.push(...asked.filter((id) => !found.has(id)))
  }
  return absent
}

async function mirrorFound(session: Session, rows: readonly ProductRow[]): Promise<Set<string>> {
  const source = prepareRows(rows)
  if (source.rows.length > 0) {
    await session.commit(async (tx) => {
      const page = await nextPage(tx, session.run, 'sweep')
      const counts = await commitProducts(tx, session, { phase: 'sweep', page, source, mayRepeat: true })
      return { phase: 'sweep', productsInPage: source.received, counts }
    })
  }
  return new Set(source.rows.map(({ id }) => id))
}

/** Marks what the source no longer has, and says so in the change log. */
async function retire(session: Session, gone: readonly string[]): Promise<void> {
  const { run } = session
  await session.commit(async (tx) => {
    const ids = run.dryRun
      ? await listedAmong(tx, run.tenantId, gone)
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
