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
import { GuardOpened } from './guard-opened.js'
import type { PhaseContext } from './phase-context.js'
import { contentHash } from './pure/content-hash.js'
import { NO_COUNTS } from './pure/ledger.js'
import { prefetched } from './pure/prefetch.js'

const KINDS: readonly ReferenceKind[] = [
  'categories',
  'brands',
  'price_lists',
  'seasons',
  'branches',
  'exchange_rates',
]

/**
 * Mirrors the reference lists, one transaction each, while the next list is being fetched. They do not count in the
 * ledger, which counts products. An item that a list lacks is retired when a second answer lacks it too and no row was
 * rejected.
 * @throws {@link GuardOpened} before any item of a list is retired, when too large a share of it would be
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
  /** Ids that the mirror lists and two answers lacked. */
  missing: string[]
}

/** Null where the account has no such list or may not read it, since it depends on a module of the ERP. */
async function readList(
  context: PhaseContext,
  client: CianboxClient,
  kind: ReferenceKind,
  { pool, guardShare, signal }: { pool: Pool; guardShare: number; signal: AbortSignal },
): Promise<ReadList | null> {
  const { run } = context
  const listed = await withTenant(pool, run.tenantId, (tx) => listedItems(tx, run.tenantId, kind))
  const first =
    (await fetchListUnlessRefused(client, kind, signal)) ??
    // A refusal is requested again too, unless the mirror has no items of this list after an earlier run.
    (listed.length > 0 || !context.logsCreations ? await fetchListUnlessRefused(client, kind, signal) : null)
  if (first === null) return null
  const known = new Map(first.items.map((item): [string, ReferenceItem] => [item.id, item]))
  const missingIn = () => listed.filter((id) => !known.has(id))
  // In a list that is not mirrored yet no item is known to be missing, so it is always read twice.
  if (missingIn().length === 0 && listed.length > 0) return { ...first, missing: [] }
  const second = await fetchListUnlessRefused(client, kind, signal)
  for (const item of second?.items ?? []) known.set(item.id, item)
  const rejects = second?.rejects ?? first.rejects
  // A rejected row may be the missing one.
  const isInconclusive = second === null || [...first.rejects, ...second.rejects].length > 0
  const missing = isInconclusive ? [] : missingIn()
  await guardList(pool, run, kind, { missing, of: listed.length, limit: guardShare })
  return { items: [...known.values()], rejects, missing }
}

/** Of a short list a few items are a large share, so up to so many per day are retired without a decision. */
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
  const needsDecision = await withTenant(pool, run.tenantId, async (tx) => {
    const earlier = await countRecentlyRetiredItems(tx, run.tenantId, subject)
    if (count + earlier <= MAX_UNGUARDED || !exceedsGuard({ count, recent: earlier, of, share: limit }))
      return false
    const question = { ...topic, ids: missing, of, limit, earlier }
    const isOpen = !(await isConfirmed(tx, run, question))
    if (isOpen) await openGuard(tx, run, question)
    return isOpen
  })
  if (needsDecision) throw new GuardOpened(topic, `${count} of ${of} ${subject} are not listed any more.`)
}

async function fetchListUnlessRefused(
  client: CianboxClient,
  kind: ReferenceKind,
  signal: AbortSignal,
  attempt = 1,
): Promise<ReferenceList<ReferenceKind> | null> {
  try {
    return await client.listReference(kind, { signal })
  } catch (error) {
    if (!(error instanceof CianboxError)) throw error
    if (/^(bad_request|forbidden)$/.test(error.kind)) return null
    // A list with fewer pages than its total is fetched again.
    if (error.kind !== 'invalid_response' || attempt === MAX_ATTEMPTS) throw error
    return fetchListUnlessRefused(client, kind, signal, attempt + 1)
  }
}

/** Number of items of a list that were retired within the last day without a person's decision. */
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

/** Writes new, changed and retired items only. */
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
