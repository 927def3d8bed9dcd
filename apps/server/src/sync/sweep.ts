import type { CianboxClient, ProductRow } from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { type GuardTopic, isConfirmed, openGuard } from '../runs/guard-store.js'
import type { RunRow } from '../runs/run-row.js'
import { recordChanges } from './change-log.js'
import { commitProducts } from './commit-products.js'
import { RunFailure } from './failure.js'
import { GuardOpened } from './guard-opened.js'
import type { PageResult } from './ledger.js'
import { nextPage, unseenProducts } from './page-store.js'
import { listedAmong, retireProducts } from './product-store.js'
import type { Session } from './session.js'
import { prepareRows } from './source-rows.js'

/** Most ids that one request may name (vendor's documentation). */
export const IDS_A_REQUEST = 200

const PRODUCTS: GuardTopic = { kind: 'retire', subject: 'products' }

/**
 * After a whole pass: what the mirror lists and no page showed is asked for by id, and retired only
 * when the source says that it is gone. What is still there is mirrored like any other product.
 * @throws {@link GuardOpened} before anything is retired, when more than `guardShare` of
 * the mirror would go and nobody has confirmed it.
 */
export async function sweep(
  session: Session,
  client: CianboxClient,
  options: { pool: Pool; guardShare: number; signal: AbortSignal },
): Promise<void> {
  const { run } = session
  const { ids, listed, isGuarded } = await withTenant(options.pool, run.tenantId, async (tx) => {
    const unseen = await unseenProducts(tx, run)
    const { ids, listed: of } = unseen
    const isLarge = !run.dryRun && ids.length > of * options.guardShare
    const isGuarded = isLarge && !(await isConfirmed(tx, run, { ...PRODUCTS, ids }))
    if (isGuarded) await openGuard(tx, run, { ...PRODUCTS, ids, of, limit: options.guardShare })
    return { ...unseen, isGuarded }
  })
  if (isGuarded) {
    throw new GuardOpened(PRODUCTS, `${ids.length} of ${listed} products are not listed any more.`)
  }
  for (let from = 0; from < ids.length; from += IDS_A_REQUEST) {
    const asked = ids.slice(from, from + IDS_A_REQUEST)
    const found = await client.getProductRows(asked, { signal: options.signal })
    await commitAnswer(session, asked, found, { phase: 'sweep' })
  }
}

/**
 * Commits the answer to a question by id: keeps what is there, retires what is not.
 * @throws {@link RunFailure} when the source answered with products that were not asked for.
 */
export async function commitAnswer(
  session: Session,
  asked: readonly string[],
  found: readonly ProductRow[],
  step: Pick<PageResult, 'phase' | 'position'>,
): Promise<void> {
  const source = prepareRows(found)
  const present = new Set(source.rows.map(({ id }) => id))
  const gone = asked.filter((id) => !present.has(id))
  if ([...present].some((id) => !asked.includes(id))) {
    throw new RunFailure(
      'upstream_paging',
      'Cianbox no respetó la consulta por id, así que no se puede comprobar qué productos se dieron de baja. No se dio de baja ninguno más.',
    )
  }
  await session.commit(async (tx) => {
    const committed = await commitProducts(tx, session, {
      phase: step.phase,
      page: await nextPage(tx, session.run, step.phase),
      source,
      mayRepeat: true,
    })
    const retired = await retire(tx, session.run, gone)
    return { ...step, ...committed, productsInPage: asked.length, counts: { ...committed.counts, retired } }
  })
}

/** Marks what the source no longer has, and says so in the change log. */
async function retire(tx: Tx, run: RunRow, gone: readonly string[]): Promise<number> {
  const ids = run.dryRun
    ? await listedAmong(tx, run.tenantId, gone)
    : await retireProducts(tx, run.tenantId, run.id, gone)
  await recordChanges(
    tx,
    run,
    ids.map((id) => ({ id, kind: 'retired', fields: [] })),
  )
  return ids.length
}
