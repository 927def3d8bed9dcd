import {
  type CianboxClient,
  CianboxError,
  type ReferenceItem,
  type ReferenceKind,
  type ReferenceList,
  type SourceReject,
} from '@espejo/cianbox'
import { type Pool, type Tx, withTenant } from '../db/pool.js'
import { isConfirmed, openGuard } from '../runs/guard-store.js'
import { recordRejects } from '../runs/page-store.js'
import type { RunRow } from '../runs/run-row.js'
import { exceedsGuard, MAX_ATTEMPTS } from './belief/rules.js'
import { contentHash } from './content-hash.js'
import { GuardOpened } from './guard-opened.js'
import { NO_COUNTS } from './ledger.js'
import type { PhaseContext } from './phase-context.js'
import { prefetched } from './prefetch.js'

const KINDS: readonly ReferenceKind[] = [
  'categories',
  'brands',
  'price_lists',
  'seasons',
  'branches',
  'exchange_rates',
]

/**
 * Mirrors the small lists, one transaction each, the next one on its way meanwhile. They do not enter the
 * ledger, which is of products. An item that a list does not show is retired when a second answer agrees
 * and no row came without an id.
 * @throws {@link GuardOpened} before anything of a list is retired, when too much of it would go
 */
export async function syncReferences(
  context: PhaseContext,
  client: CianboxClient,
  options: { pool: Pool; guardShare: number; signal: AbortSignal },
): Promise<void> {
  const kindOf = (nth: number) => KINDS[nth] as ReferenceKind
  const lists = prefetched(
    0,
    (nth) => readList(context, client, kindOf(nth), options),
    (list) => list,
    (nth) => (nth + 1 < KINDS.length ? nth + 1 : null),
  )
  for await (const { page, result: list } of lists) {
    const kind = kindOf(page)
    await context.commit(async (tx) => {
      if (list && !context.run.dryRun) {
        await upsertItems(tx, context.run.tenantId, kind, list.items)
        await retireItems(tx, context.run.tenantId, kind, list.missing)
        await recordRejects(tx, context.run, 'references', list.rejects)
      }
      return { phase: 'references', productsInPage: 0, counts: NO_COUNTS }
    })
  }
}

interface ReadList {
  items: ReferenceItem[]
  rejects: SourceReject[]
  /** Ids that the mirror lists and two answers did not show. */
  missing: string[]
}

/** Null where the account does not have this list, or may not read it: some modules are not everyone's. */
async function readList(
  context: PhaseContext,
  client: CianboxClient,
  kind: ReferenceKind,
  { pool, guardShare, signal }: { pool: Pool; guardShare: number; signal: AbortSignal },
): Promise<ReadList | null> {
  const { run } = context
  const listed = await withTenant(pool, run.tenantId, (tx) => listedItems(tx, run.tenantId, kind))
  const first =
    (await fetchUnlessRefused(client, kind, signal)) ??
    // That a list is refused is not believed once either, unless an earlier run has found it so.
    (listed.length > 0 || !context.logsCreations ? await fetchUnlessRefused(client, kind, signal) : null)
  if (first === null) return null
  const known = new Map(first.items.map((item): [string, ReferenceItem] => [item.id, item]))
  const missingIn = () => listed.filter((id) => !known.has(id))
  // Of a list that is not mirrored yet nothing can be missed, so it is read twice.
  if (missingIn().length === 0 && listed.length > 0) return { ...first, missing: [] }
  const second = await fetchUnlessRefused(client, kind, signal)
  for (const item of second?.items ?? []) known.set(item.id, item)
  const rejects = second?.rejects ?? first.rejects
  // A row that cannot be read may be the one that is missing.
  const isVetoed = second === null || [...first.rejects, ...second.rejects].length > 0
  const missing = isVetoed ? [] : missingIn()
  await guardList(pool, run, kind, { missing, of: listed.length, limit: guardShare })
  return { items: [...known.values()], rejects, missing }
}

/** Of a short list a few items are a large share: up to so many a day go without a person's word. */
const MAX_UNGUARDED = 2

async function guardList(
  pool: Pool,
  run: RunRow,
  subject: ReferenceKind,
  { missing, of, limit }: { missing: readonly string[]; of: number; limit: number },
): Promise<void> {
  const count = missing.length
  if (run.dryRun || count === 0) return
  const topic = { kind: 'retire' as const, subject }
  const mustAsk = await withTenant(pool, run.tenantId, async (tx) => {
    const earlier = await countRecentlyRetiredItems(tx, run.tenantId, subject)
    if (count + earlier <= MAX_UNGUARDED || !exceedsGuard({ count, recent: earlier, of, share: limit }))
      return false
    const question = { ...topic, ids: missing, of, limit, earlier }
    const isOpen = !(await isConfirmed(tx, run, question))
    if (isOpen) await openGuard(tx, run, question)
    return isOpen
  })
  if (mustAsk) throw new GuardOpened(topic, `${count} of ${of} ${subject} are not listed any more.`)
}

async function fetchUnlessRefused(
  client: CianboxClient,
  kind: ReferenceKind,
  signal: AbortSignal,
  look = 1,
): Promise<ReferenceList<ReferenceKind> | null> {
  try {
    return await client.listReference(kind, { signal })
  } catch (error) {
    if (!(error instanceof CianboxError)) throw error
    if (/^(bad_request|forbidden)$/.test(error.kind)) return null
    // A list that ends before it says that it does is asked for again.
    if (error.kind !== 'invalid_response' || look === MAX_ATTEMPTS) throw error
    return fetchUnlessRefused(client, kind, signal, look + 1)
  }
}

/** How many items of a list were retired within the last day without asking a person. */
async function countRecentlyRetiredItems(tx: Tx, tenantId: string, kind: ReferenceKind): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM catalog.reference_items i
      WHERE i.tenant_id = $1 AND i.kind = $2 AND i.retired_at > now() - interval '1 day'
        AND NOT EXISTS (
          SELECT FROM app.run_guards g
           WHERE g.tenant_id = $1 AND g.kind = 'retire' AND g.subject = $2 AND g.decision = 'confirmed'
             AND g.decided_at > now() - interval '2 days' AND i.cianbox_id = ANY (g.ids))`,
    [tenantId, kind],
  )
  return rows[0]?.count ?? 0
}

async function listedItems(tx: Tx, tenantId: string, kind: ReferenceKind): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT cianbox_id::text AS id FROM catalog.reference_items
      WHERE tenant_id = $1 AND kind = $2 AND retired_at IS NULL`,
    [tenantId, kind],
  )
  return rows.map(({ id }) => id)
}

/** Writes what differs; an unchanged item costs no write. */
async function upsertItems(tx: Tx, tenantId: string, kind: ReferenceKind, items: readonly ReferenceItem[]) {
  const unique = [...new Map(items.map((item) => [item.id, item])).values()]
  await tx.query(
    `INSERT INTO catalog.reference_items AS mine
            (tenant_id, kind, cianbox_id, name, is_active, parent_id, raw, content_hash)
     SELECT $1, $2, source.*
       FROM unnest($3::bigint[], $4::text[], $5::boolean[], $6::bigint[], $7::jsonb[], $8::bytea[])
            AS source (cianbox_id, name, is_active, parent_id, raw, content_hash)
      WHERE NOT EXISTS (
        SELECT FROM catalog.reference_items same
         WHERE same.tenant_id = $1 AND same.kind = $2 AND same.cianbox_id = source.cianbox_id
           AND same.content_hash = source.content_hash AND same.retired_at IS NULL)
     ON CONFLICT (tenant_id, kind, cianbox_id) DO UPDATE SET
       name = excluded.name, is_active = excluded.is_active, parent_id = excluded.parent_id,
       raw = excluded.raw, content_hash = excluded.content_hash, changed_at = now(), retired_at = NULL`,
    [
      tenantId,
      kind,
      unique.map((item) => item.id),
      unique.map((item) => item.name),
      unique.map((item) => item.isActive),
      unique.map((item) => ('parentId' in item ? item.parentId : null)),
      unique.map((item) => JSON.stringify(item.raw)),
      unique.map((item) => contentHash(JSON.stringify(item.raw))),
    ],
  )
}

async function retireItems(tx: Tx, tenantId: string, kind: ReferenceKind, missing: readonly string[]) {
  if (missing.length === 0) return
  await tx.query(
    `UPDATE catalog.reference_items SET retired_at = now(), changed_at = now()
      WHERE tenant_id = $1 AND kind = $2 AND retired_at IS NULL AND cianbox_id = ANY ($3::bigint[])`,
    [tenantId, kind, missing],
  )
}
