import type { SourceProduct } from '@espejo/cianbox'
import { foldText } from '../catalog/fold-text.js'
import type { Tx } from '../db/pool.js'
import type { HashedProduct, StoredProduct } from './diff.js'

/** What the mirror holds of these ids. One index probe an id; no row is locked or written. */
export async function probeProducts(
  tx: Tx,
  tenantId: string,
  runId: string,
  ids: readonly string[],
): Promise<Map<string, StoredProduct>> {
  const { rows } = await tx.query<StoredProduct>({
    name: 'probe-products',
    text: `SELECT cianbox_id::text AS id, content_hash AS hash, retired_at IS NOT NULL AS retired,
                  coalesce(changed_by_run = $2, false) AS "writtenByThisRun"
             FROM catalog.products WHERE tenant_id = $1 AND cianbox_id = ANY ($3::bigint[])`,
    values: [tenantId, runId, ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** Writes new and changed products in one statement. `rows` must not repeat an id. */
export async function upsertProducts(
  tx: Tx,
  tenantId: string,
  runId: string,
  rows: readonly HashedProduct[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = COLUMNS.map(({ value }) => rows.map(value))
  await tx.query({ name: 'upsert-products', text: UPSERT, values: [tenantId, runId, ...columns] })
}

/** Marks products that the source no longer has. Answers those that were not marked before. */
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

/** Which of these the mirror holds and has not marked as gone. */
export async function listedAmong(tx: Tx, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT cianbox_id::text AS id FROM catalog.products
      WHERE tenant_id = $1 AND cianbox_id = ANY ($2::bigint[]) AND retired_at IS NULL`,
    [tenantId, ids],
  )
  return rows.map(({ id }) => id)
}

/** Longest text that is searched: it must fit a b-tree entry beside the other columns. */
const SEARCH_LENGTH = 300

interface Column {
  name: string
  type: string
  value: (row: HashedProduct) => unknown
}

/** Each column once: its name, the type of its array, and how its value comes from the source. */
const COLUMNS: readonly Column[] = [
  of('cianbox_id', 'bigint', (p) => p.id),
  of('sku', 'text', (p) => p.sku),
  of('barcode', 'text', (p) => p.barcode),
  of('name', 'text', (p) => p.name),
  of('description', 'text', (p) => p.description),
  of('price', 'numeric', (p) => p.price),
  of('price_net', 'numeric', (p) => p.priceNet),
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
  // unnest would flatten an array of arrays, so each row's images travel as JSON.
  of('image_urls', 'jsonb', (p) => JSON.stringify(p.imageUrls)),
  of('source_updated_at', 'timestamptz', (p) => p.sourceUpdatedAt),
  of('raw', 'jsonb', (p) => JSON.stringify(p.raw)),
  { name: 'content_hash', type: 'bytea', value: ({ hash }) => hash },
  of('search_text', 'text', searchText),
]

function of(name: string, type: string, value: (product: SourceProduct) => unknown): Column {
  return { name, type, value: ({ product }) => value(product) }
}

/** The name first, since lists are ordered by this, and without markup; then what people search for. */
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
