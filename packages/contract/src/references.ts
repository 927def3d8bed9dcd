/** The reference lists: the small lists of the ERP that products refer to by id. */
export const REFERENCE_KINDS = [
  'categories',
  'brands',
  'price_lists',
  'seasons',
  'branches',
  'exchange_rates',
] as const
export type ReferenceKind = (typeof REFERENCE_KINDS)[number]

/** One item of a reference list: a brand, a category, a price list and the like. */
export interface Reference {
  cianboxId: string
  name: string
  isActive: boolean
  /** Parent category; null for a top-level category and for every other kind. */
  parentId: string | null
  /** Currency symbol, such as `US$`; null for every kind but `exchange_rates`. */
  symbol: string | null
  /** Whether this currency is the one of the account's local amounts; false for other kinds. */
  isLocal: boolean
}
