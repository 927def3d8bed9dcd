import type { SourceProduct } from '@espejo/cianbox'

/** One field of a product before and after. Values as in the API: decimals are strings. */
export interface FieldChange {
  /** A field of the product, `prices.<list>.<amount>`, `offer.<amount>`, `stockByBranch.<branch>`, or `raw.<upstream field>`. */
  field: string
  old: unknown
  new: unknown
}

/** The differences between two versions of a product, field by field. */
export function fieldChanges(before: SourceProduct, after: SourceProduct): FieldChange[] {
  const mapped = differences(fieldValues(before), fieldValues(after))
  if (mapped.length > 0) return mapped
  // The rows differ only in upstream fields that are not mapped to columns.
  return differences(rawValues(before), rawValues(after))
}

/** Fields by which a person recognises a product that is not in the mirror yet. */
const SUMMARY_FIELDS = ['name', 'sku', 'price', 'stock']

/** The {@link SUMMARY_FIELDS} of a new product. */
export function creationFields(product: SourceProduct): FieldChange[] {
  return differences(new Map(), fieldValues(product)).filter(({ field }) => SUMMARY_FIELDS.includes(field))
}

const PLAIN: readonly (keyof SourceProduct)[] = [
  'name',
  'sku',
  'barcode',
  'description',
  'price',
  'priceNet',
  'onOffer',
  'cost',
  'taxRate',
  'stock',
  'reserved',
  'categoryId',
  'categoryName',
  'brandId',
  'brandName',
  'isActive',
  'parentId',
  'isParent',
  'size',
  'color',
  'gender',
  'season',
  'material',
  'location',
  'condition',
  'warranty',
]

/** In the list's currency and in the local one: a new exchange rate changes only the local amounts. */
const AMOUNTS = ['net', 'final', 'localNet', 'localFinal'] as const

function fieldValues(product: SourceProduct): Map<string, unknown> {
  const all = new Map<string, unknown>(PLAIN.map((field) => [field, product[field]]))
  all.set('imageUrls', product.imageUrls)
  for (const amount of AMOUNTS) all.set(`offer.${amount}`, product.offer?.[amount])
  for (const price of product.prices) {
    for (const amount of AMOUNTS) all.set(`prices.${price.listId}.${amount}`, price[amount])
  }
  for (const { branchId, stock } of product.stockByBranch) all.set(`stockByBranch.${branchId}`, stock)
  return all
}

/** Without `updated`, which changes with every modification. */
function rawValues({ raw }: SourceProduct): Map<string, unknown> {
  const entries = Object.entries(raw).filter(([key]) => key !== 'updated')
  return new Map(entries.map(([key, value]) => [`raw.${key}`, value]))
}

function differences(before: Map<string, unknown>, after: Map<string, unknown>): FieldChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((field) => ({ field, old: before.get(field) ?? null, new: after.get(field) ?? null }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new))
}
