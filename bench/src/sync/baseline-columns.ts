import type { SourceProduct } from '@espejo/cianbox'

/** A product's columns as PostgreSQL reads them from text. */
export type TextRow = readonly (string | null)[]

/** The columns of `catalog.products` that the baselines write: all that the engine does but the run's id. */
export const COLUMN_NAMES = [
  'tenant_id',
  'cianbox_id',
  'sku',
  'barcode',
  'name',
  'description',
  'price',
  'price_net',
  'on_offer',
  'offer_net',
  'offer_final',
  'offer_local_net',
  'offer_local_final',
  'cost',
  'tax_rate',
  'stock',
  'reserved',
  'category_id',
  'category_name',
  'brand_id',
  'brand_name',
  'is_active',
  'parent_id',
  'is_parent',
  'size',
  'color',
  'image_urls',
  'source_updated_at',
  'raw',
  'content_hash',
  'search_text',
] as const

/**
 * The values, in the order of {@link COLUMN_NAMES}. The hash and the searched text are only of the
 * right size: how they are made is the engine's affair, and no floor should pay for it.
 */
export function textRow(tenantId: string, p: SourceProduct): TextRow {
  return [
    tenantId,
    p.id,
    p.sku,
    p.barcode,
    p.name,
    p.description,
    p.price,
    p.priceNet,
    String(p.onOffer),
    p.offer?.net ?? null,
    p.offer?.final ?? null,
    p.offer?.localNet ?? null,
    p.offer?.localFinal ?? null,
    p.cost,
    p.taxRate,
    p.stock,
    p.reserved,
    p.categoryId,
    p.categoryName,
    p.brandId,
    p.brandName,
    String(p.isActive),
    p.parentId,
    String(p.isParent),
    p.size,
    p.color,
    `{${p.imageUrls.map((url) => `"${url.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
    p.sourceUpdatedAt,
    JSON.stringify(p.raw),
    `\\x${p.id.padStart(32, '0')}`,
    `${p.name} ${p.sku} ${p.barcode} ${p.brandName}`.toLowerCase().slice(0, 300),
  ]
}
