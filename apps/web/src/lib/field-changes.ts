import type { ProductChange } from '@espejo/contract'

export type FieldChange = ProductChange['fields'][number]

/** How a value is written: money has two decimals at least, a rate a per cent sign. */
export type FieldFormat = 'money' | 'amount' | 'rate' | 'plain'

/** A field of the change log taken apart; `id` names the price list or the branch. */
export type ChangedField =
  | { of: 'product'; name: KnownField; format: FieldFormat }
  | { of: 'price'; name: 'net' | 'final'; id: string; format: 'money' }
  | { of: 'stock'; id: string; format: 'amount' }
  /** What the mirror keeps but does not map, and whatever a newer server names. */
  | { of: 'other'; name: string; format: 'plain' }

/** The mapped fields of a product, as the change log names them. */
const KNOWN_FIELDS = {
  price: 'money',
  priceNet: 'money',
  cost: 'money',
  stock: 'amount',
  reserved: 'amount',
  taxRate: 'rate',
  name: 'plain',
  sku: 'plain',
  barcode: 'plain',
  description: 'plain',
  categoryId: 'plain',
  categoryName: 'plain',
  brandId: 'plain',
  brandName: 'plain',
  isActive: 'plain',
  parentId: 'plain',
  isParent: 'plain',
  size: 'plain',
  color: 'plain',
  gender: 'plain',
  season: 'plain',
  material: 'plain',
  location: 'plain',
  condition: 'plain',
  warranty: 'plain',
  imageUrls: 'plain',
} as const satisfies Record<string, FieldFormat>

type KnownField = keyof typeof KNOWN_FIELDS

/** What a field of the change log is of. Total: a name that is not known is `other`. */
export function readField(field: string): ChangedField {
  if (isKnown(field)) return { of: 'product', name: field, format: KNOWN_FIELDS[field] }
  const price = /^prices\.(\d+)\.(net|final)$/.exec(field)
  if (price?.[1])
    return { of: 'price', name: price[2] === 'net' ? 'net' : 'final', id: price[1], format: 'money' }
  const stock = /^stockByBranch\.(\d+)$/.exec(field)
  if (stock?.[1]) return { of: 'stock', id: stock[1], format: 'amount' }
  return { of: 'other', name: field.replace(/^raw\./, ''), format: 'plain' }
}

/** Prices first, then stock, then the rest; within each as they came. */
export function byImportance(fields: readonly FieldChange[]): FieldChange[] {
  return [...fields].sort((a, b) => rank(a.field) - rank(b.field))
}

function rank(field: string): number {
  const { format } = readField(field)
  return format === 'money' ? 0 : format === 'amount' ? 1 : 2
}

function isKnown(field: string): field is KnownField {
  return Object.hasOwn(KNOWN_FIELDS, field)
}
