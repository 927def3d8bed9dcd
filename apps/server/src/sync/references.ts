import { type CianboxClient, CianboxError, type ReferenceItem, type ReferenceKind } from '@espejo/cianbox'
import type { Tx } from '../db/pool.js'
import { contentHash } from './content-hash.js'
import { NO_COUNTS } from './ledger.js'
import { recordRejects } from './page-store.js'
import { prefetched } from './prefetch.js'
import type { Session } from './session.js'

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
 * ledger, which is of products.
 */
export async function syncReferences(
  session: Session,
  client: CianboxClient,
  signal: AbortSignal,
): Promise<void> {
  const kindOf = (nth: number) => KINDS[nth] as ReferenceKind
  const lists = prefetched(
    0,
    (nth) => readList(client, kindOf(nth), signal),
    (list) => list,
    (nth) => (nth + 1 < KINDS.length ? nth + 1 : null),
  )
  for await (const { page, result: list } of lists) {
    const kind = kindOf(page)
    await session.commit(async (tx) => {
      if (list && !session.run.dryRun) {
        await upsertItems(tx, session.run.tenantId, kind, list.items)
        await retireMissing(tx, session.run.tenantId, kind, list.items)
        await recordRejects(tx, session.run, 'references', list.rejects)
      }
      return { phase: 'references', productsInPage: 0, counts: NO_COUNTS }
    })
  }
}

/** Null where the account does not have this list: some modules are not everyone's. */
async function readList(client: CianboxClient, kind: ReferenceKind, signal: AbortSignal) {
  try {
    return await client.listReference(kind, { signal })
  } catch (error) {
    if (error instanceof CianboxError && error.kind === 'bad_request') return null
    throw error
  }
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

async function retireMissing(tx: Tx, tenantId: string, kind: ReferenceKind, items: readonly ReferenceItem[]) {
  await tx.query(
    `UPDATE catalog.reference_items SET retired_at = now(), changed_at = now()
      WHERE tenant_id = $1 AND kind = $2 AND retired_at IS NULL AND cianbox_id <> ALL ($3::bigint[])`,
    [tenantId, kind, items.map((item) => item.id)],
  )
}
