import type { Amounts, ProductChange } from '@espejo/contract'

export type FieldChange = ProductChange['fields'][number]

/**
 * How a value is formatted: `money` with at least two decimals, `local` also with the currency symbol,
 * `rate` with a per cent sign. The change log does not hold the currency of a price list's amounts.
 */
export type FieldFormat = 'local' | 'money' | 'amount' | 'rate' | 'plain'

type Amount = keyof Amounts

/** A parsed field of the change log; `id` is the price list's or the branch's. */
export type ChangedField =
  | { of: 'product'; name: KnownField; format: FieldFormat }
  | { of: 'price'; name: Amount; id: string; format: 'local' | 'money' }
  | { of: 'offer'; name: Amount; format: 'local' | 'money' }
  | { of: 'stock'; id: string; format: 'amount' }
  /** Fields that the mirror stores without mapping, and fields of a newer server. */
  | { of: 'other'; name: string; format: 'plain' }

/** The mapped fields of a product, as the change log names them. */
const KNOWN_FIELDS = {
  price: 'local',
  priceNet: 'local',
  onOffer: 'plain',
  cost: 'local',
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

const AMOUNTS: Record<Amount, 'local' | 'money'> = {
  net: 'money',
  final: 'money',
  localNet: 'local',
  localFinal: 'local',
}

type KnownField = keyof typeof KNOWN_FIELDS

/** Parses a field name of the change log. An unknown name gives `other`. */
export function readField(field: string): ChangedField {
  if (isKnown(field)) return { of: 'product', name: field, format: KNOWN_FIELDS[field] }
  const price = /^prices\.(\d+)\.(\w+)$/.exec(field)
  if (price?.[1] && isAmount(price[2]))
    return { of: 'price', name: price[2], id: price[1], format: AMOUNTS[price[2]] }
  const offer = /^offer\.(\w+)$/.exec(field)?.[1]
  if (isAmount(offer)) return { of: 'offer', name: offer, format: AMOUNTS[offer] }
  const stock = /^stockByBranch\.(\d+)$/.exec(field)
  if (stock?.[1]) return { of: 'stock', id: stock[1], format: 'amount' }
  return { of: 'other', name: field.replace(/^raw\./, ''), format: 'plain' }
}

/** Local prices first, then stock, then prices in their list's currency, then the rest. The sort is stable. */
export function byImportance(fields: readonly FieldChange[]): FieldChange[] {
  return [...fields].sort((a, b) => rank(a.field) - rank(b.field))
}

function rank(field: string): number {
  const { format } = readField(field)
  if (format === 'local' || field === 'onOffer') return 0
  return format === 'amount' ? 1 : format === 'money' ? 2 : 3
}

function isAmount(name: string | undefined): name is Amount {
  return name !== undefined && Object.hasOwn(AMOUNTS, name)
}

function isKnown(field: string): field is KnownField {
  return Object.hasOwn(KNOWN_FIELDS, field)
}
