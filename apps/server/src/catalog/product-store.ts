import type { SourceProduct } from '@espejo/cianbox'
import type { Tx } from '../db/pool.js'
import { foldText } from './fold-text.js'
import { jsonbArray } from './jsonb-array.js'

/** What the mirror has of a product, to decide whether it has changed. */
export interface StoredProduct {
  id: string
  hash: Buffer
  retired: boolean
  /** Whether this run wrote it, so that the ledger has counted it already. */
  writtenByThisRun: boolean
}

/** A product with the JSON text and the hash of its row. */
export interface ProductToWrite {
  product: SourceProduct
  hash: Buffer
  /** `product.raw` as JSON text. */
  json: string
}

/**
 * What the mirror has of these ids, by one lookup of the primary key per id, without locks. LATERAL with LIMIT, because
 * on a table without statistics, as in a first load, the planner reads the tenant's whole index for `= ANY`: every page
 * would cost as much as all before it.
 * @returns by id; without the ids that the mirror does not have
 */
export async function findStoredProducts(
  tx: Tx,
  tenantId: string,
  runId: string,
  ids: readonly string[],
): Promise<Map<string, StoredProduct>> {
  const { rows } = await tx.query<StoredProduct>({
    name: 'probe-products',
    text: `SELECT known.* FROM unnest($3::bigint[]) AS requested (id) CROSS JOIN LATERAL (
             SELECT cianbox_id::text AS id, content_hash AS hash, retired_at IS NOT NULL AS retired,
                    coalesce(changed_by_run = $2, false) AS "writtenByThisRun"
               FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = requested.id LIMIT 1) AS known`,
    values: [tenantId, runId, ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** The upstream rows of these products, as last written. */
export async function readStoredRows(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<SourceProduct['raw'][]> {
  if (ids.length === 0) return []
  const { rows } = await tx.query<{ raw: SourceProduct['raw'] }>(
    `SELECT known.raw FROM unnest($2::bigint[]) AS requested (id) CROSS JOIN LATERAL (
       SELECT raw FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = requested.id LIMIT 1) AS known`,
    [tenantId, ids],
  )
  return rows.map(({ raw }) => raw)
}

/** Writes new and changed products in one statement. @param rows with distinct ids */
export async function upsertProducts(
  tx: Tx,
  tenantId: string,
  runId: string,
  rows: readonly ProductToWrite[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = COLUMNS.map(({ values }) => values(rows))
  await tx.query({ name: 'upsert-products', text: UPSERT, values: [tenantId, runId, ...columns] })
}

/** Updates only the hash, for rows whose content is unchanged. */
export async function updateContentHashes(
  tx: Tx,
  tenantId: string,
  rows: readonly ProductToWrite[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `UPDATE catalog.products p SET content_hash = fresh.hash
       FROM unnest($2::bigint[], $3::bytea[]) AS fresh (id, hash)
      WHERE p.tenant_id = $1 AND p.cianbox_id = fresh.id`,
    [tenantId, rows.map(({ product }) => product.id), rows.map(({ hash }) => hash)],
  )
}

/** Marks products as retired. @returns the ids that were not retired before */
export async function retireProducts(
  tx: Tx,
  tenantId: string,
  runId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE catalog.products SET retired_at = now(), changed_at = now(), changed_by_run = $2
      WHERE tenant_id = $1 AND cianbox_id = ANY ($3::bigint[]) AND retired_at IS NULL
      RETURNING cianbox_id::text AS id`,
    [tenantId, runId, ids],
  )
  return rows.map(({ id }) => id)
}

/** Which of these ids the mirror lists, that is has and has not retired. */
export async function filterListed(tx: Tx, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT cianbox_id::text AS id FROM catalog.products
      WHERE tenant_id = $1 AND cianbox_id = ANY ($2::bigint[]) AND retired_at IS NULL`,
    [tenantId, ids],
  )
  return rows.map(({ id }) => id)
}

/**
 * Up to `count` products that the mirror lists with ids between two bounds, without `except` and what this run has
 * rejected: spread over that range, since neighbours may have been deleted together.
 */
export async function sampleListed(
  tx: Tx,
  run: { tenantId: string; id: string },
  range: { above: string; below: string },
  except: readonly string[],
  count: number,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `WITH bounds AS (
       SELECT min(cianbox_id) AS lowest, max(cianbox_id) AS highest FROM catalog.products
        WHERE tenant_id = $1 AND retired_at IS NULL AND cianbox_id > $5 AND cianbox_id < $6)
     SELECT DISTINCT near.id::text AS id
       FROM bounds CROSS JOIN generate_series(0, $4::int - 1) AS nth
      CROSS JOIN LATERAL (
        SELECT p.cianbox_id AS id FROM catalog.products p
         WHERE p.tenant_id = $1 AND p.retired_at IS NULL AND NOT p.cianbox_id = ANY ($3::bigint[])
           AND p.cianbox_id > $5 AND p.cianbox_id <= highest - (highest - lowest) * nth / $4::int
           AND NOT EXISTS (
             SELECT FROM app.run_rejects r
              WHERE r.tenant_id = $1 AND r.run_id = $2 AND r.cianbox_id = p.cianbox_id::text)
         ORDER BY p.cianbox_id DESC LIMIT 1) near`,
    [run.tenantId, run.id, except, count, range.above, range.below],
  )
  return rows.map(({ id }) => id)
}

/** Number of products that other runs retired within the last day without a person's decision. */
export async function countRecentlyRetired(tx: Tx, run: { tenantId: string; id: string }): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM catalog.products p
      WHERE p.tenant_id = $1 AND p.retired_at > now() - interval '1 day' AND p.changed_by_run <> $2
        AND NOT EXISTS (
          SELECT FROM app.run_guards g
           WHERE g.tenant_id = $1 AND g.run_id = p.changed_by_run AND g.subject = 'products'
             AND g.decision = 'confirmed')`,
    [run.tenantId, run.id],
  )
  return rows[0]?.count ?? 0
}

export async function countListed(tx: Tx, tenantId: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM catalog.products WHERE tenant_id = $1 AND retired_at IS NULL',
    [tenantId],
  )
  return rows[0]?.count ?? 0
}

/** Longest search text in characters: it must fit into a b-tree entry with the other columns. */
const SEARCH_LENGTH = 300

interface Column {
  name: string
  type: string
  /** The parameter: one array over all rows. */
  values: (rows: readonly ProductToWrite[]) => unknown
}

/** The columns of the upsert: name, type of the array's elements, and values. */
const COLUMNS: readonly Column[] = [
  of('cianbox_id', 'bigint', (p) => p.id),
  of('sku', 'text', (p) => p.sku),
  of('barcode', 'text', (p) => p.barcode),
  of('name', 'text', (p) => p.name),
  of('description', 'text', (p) => p.description),
  of('price', 'numeric', (p) => p.price),
  of('price_net', 'numeric', (p) => p.priceNet),
  of('on_offer', 'boolean', (p) => p.onOffer),
  of('offer_net', 'numeric', (p) => p.offer?.net ?? null),
  of('offer_final', 'numeric', (p) => p.offer?.final ?? null),
  of('offer_local_net', 'numeric', (p) => p.offer?.localNet ?? null),
  of('offer_local_final', 'numeric', (p) => p.offer?.localFinal ?? null),
  of('cost', 'numeric', (p) => p.cost),
  of('tax_rate', 'numeric', (p) => p.taxRate),
  of('stock', 'numeric', (p) => p.stock),
  of('reserved', 'numeric', (p) => p.reserved),
  of('category_id', 'bigint', (p) => p.categoryId),
  of('category_name', 'text', (p) => p.categoryName),
  of('brand_id', 'bigint', (p) => p.brandId),
  of('brand_name', 'text', (p) => p.brandName),
  of('is_active', 'boolean', (p) => p.isActive),
  of('parent_id', 'bigint', (p) => p.parentId),
  of('is_parent', 'boolean', (p) => p.isParent),
  of('size', 'text', (p) => p.size),
  of('color', 'text', (p) => p.color),
  // unnest would flatten an array of arrays, so each row's images are sent as JSON.
  of('image_urls', 'jsonb', (p) => JSON.stringify(p.imageUrls)),
  of('source_updated_at', 'timestamptz', (p) => p.sourceUpdatedAt),
  { name: 'raw', type: 'jsonb', values: (rows) => jsonbArray(rows.map(({ json }) => json)) },
  { name: 'content_hash', type: 'bytea', values: (rows) => rows.map(({ hash }) => hash) },
  of('search_text', 'text', searchText),
]

function of(name: string, type: string, value: (product: SourceProduct) => unknown): Column {
  return { name, type, values: (rows) => rows.map(({ product }) => value(product)) }
}

/** The name without markup first, since lists are ordered by this text; then the other searched fields. */
function searchText(product: SourceProduct): string {
  const name = product.name.replace(/<[^<>]*>/g, ' ')
  const parts = [name, product.sku, product.barcode, product.brandName]
  return [...foldText(parts.filter((part) => part !== null).join(' '))].slice(0, SEARCH_LENGTH).join('')
}

const NAMES = COLUMNS.map(({ name }) => name)
const SELECTED = NAMES.map((name) =>
  name === 'image_urls' ? 'ARRAY(SELECT jsonb_array_elements_text(image_urls))' : name,
)
const UPSERT = `
  INSERT INTO catalog.products (tenant_id, changed_by_run, ${NAMES.join(', ')})
  SELECT $1, $2, ${SELECTED.join(', ')}
    FROM unnest(${COLUMNS.map(({ type }, i) => `$${i + 3}::${type}[]`).join(', ')}) AS source (${NAMES.join(', ')})
  ON CONFLICT (tenant_id, cianbox_id) DO UPDATE SET
    ${NAMES.filter((name) => name !== 'cianbox_id')
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')},
    changed_at = now(), changed_by_run = excluded.changed_by_run, retired_at = NULL`
