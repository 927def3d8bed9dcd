import type { Product } from '@espejo/contract'

/** A row of `catalog.products` with its prices and stock, as selected by {@link PRODUCT_COLUMNS}. */
export interface ProductRow
  extends Omit<Product, 'sourceUpdatedAt' | 'createdAt' | 'changedAt' | 'retiredAt'> {
  searchText: string
  sourceUpdatedAt: Date | null
  createdAt: Date
  changedAt: Date
  retiredAt: Date | null
}

/** Columns of `catalog.products p`. */
export const PRODUCT_COLUMNS = `
  p.cianbox_id::text AS "cianboxId", p.sku, p.barcode, p.name, p.description,
  ${amount('p.price')} AS price, p.on_offer AS "onOffer",
  CASE WHEN num_nonnulls(p.offer_net, p.offer_final, p.offer_local_net, p.offer_local_final) > 0
       THEN json_build_object(
              'net', ${amount('p.offer_net')}, 'final', ${amount('p.offer_final')},
              'localNet', ${amount('p.offer_local_net')}, 'localFinal', ${amount('p.offer_local_final')})
       END AS offer,
  ${amount('p.cost')} AS cost, ${amount('p.tax_rate')} AS "taxRate",
  ${amount('p.stock')} AS stock, ${amount('p.reserved')} AS reserved,
  p.category_id::text AS "categoryId", p.category_name AS "categoryName",
  p.brand_id::text AS "brandId", p.brand_name AS "brandName",
  p.is_active AS "isActive", p.parent_id::text AS "parentId", p.is_parent AS "isParent", p.size, p.color,
  p.image_urls AS "imageUrls",
  (SELECT coalesce(json_agg(json_build_object(
            'listId', x.list_id::text, 'currencyId', x.currency_id::text,
            'net', ${amount('x.net')}, 'final', ${amount('x.final')},
            'localNet', ${amount('x.local_net')}, 'localFinal', ${amount('x.local_final')}) ORDER BY x.list_id), '[]')
     FROM catalog.product_prices x
    WHERE x.tenant_id = p.tenant_id AND x.cianbox_id = p.cianbox_id) AS prices,
  (SELECT coalesce(json_agg(json_build_object(
            'branchId', x.branch_id::text, 'stock', ${amount('x.stock')},
            'reserved', ${amount('x.reserved')}, 'available', ${amount('x.available')}) ORDER BY x.branch_id), '[]')
     FROM catalog.product_stock x
    WHERE x.tenant_id = p.tenant_id AND x.cianbox_id = p.cianbox_id) AS "stockByBranch",
  p.source_updated_at AS "sourceUpdatedAt", p.created_at AS "createdAt", p.changed_at AS "changedAt",
  p.retired_at AS "retiredAt", p.search_text AS "searchText"`

/** The row as the HTTP API returns it. */
export function toProduct({ searchText: _, ...row }: ProductRow): Product {
  return {
    ...row,
    sourceUpdatedAt: row.sourceUpdatedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
    retiredAt: row.retiredAt?.toISOString() ?? null,
  }
}

/** A decimal as text without trailing zeros: `12.50` and `12.5` are both `12.5`. */
function amount(column: string): string {
  return `trim_scale(${column})::text`
}
