/** A product of the ERP, the same for both dialects. Amounts and quantities are canonical decimal strings. */
export interface SourceProduct {
  id: string
  name: string
  /** Not unique in the ERP. */
  sku: string | null
  barcode: string | null
  description: string | null
  /** Price with tax, in the account's currency, of the default price list (list 0). */
  price: string | null
  /** Price without tax of the default price list. */
  priceNet: string | null
  /** Whether the product is on offer now. */
  onOffer: boolean
  /** The offer on the default price list; null when not on offer or without an offer price. */
  offer: SourceAmounts | null
  /** `costo_neto_calculado`, in the account's currency; without it `costo`, whose currency is not documented. */
  cost: string | null
  /** Percentage: "21", "10.5". */
  taxRate: string | null
  /** May be fractional or negative. */
  stock: string | null
  reserved: string | null
  categoryId: string | null
  categoryName: string | null
  brandId: string | null
  brandName: string | null
  isActive: boolean
  /** Id of the product of which this one is a variant; that product may be missing from the list. */
  parentId: string | null
  isParent: boolean
  size: string | null
  color: string | null
  gender: string | null
  season: string | null
  material: string | null
  location: string | null
  condition: string | null
  warranty: string | null
  /** `http` and `https` only. */
  imageUrls: string[]
  prices: SourcePrice[]
  stockByBranch: SourceBranchStock[]
  /** ISO 8601 UTC. */
  sourceUpdatedAt: string | null
  /** The row object itself, or a cleaned copy if something in it could not be stored. */
  raw: Record<string, unknown>
  /** What was cleaned, omitted or assumed: Spanish sentences. */
  notes: string[]
}

/** An amount without tax and with it, in the currency of a price list and in the account's own. */
export interface SourceAmounts {
  /** In the list's currency. */
  net: string | null
  final: string | null
  /** In the account's currency. */
  localNet: string | null
  localFinal: string | null
}

/** A product's price in one list. */
export interface SourcePrice extends SourceAmounts {
  listId: string
  /** The currency of `net` and `final`. */
  currencyId: string | null
}

/** A product's stock in one branch. */
export interface SourceBranchStock {
  branchId: string
  stock: string | null
  reserved: string | null
  available: string | null
}

/** A rejected row. */
export interface SourceReject {
  /** The row's id, if it has a valid one. */
  id: string | null
  /** The requested page. */
  page: number
  /** Index in the page, from 0. */
  position: number
  /** Cianbox's name of the field; null if it concerns the whole row. */
  field: string | null
  /** Spanish sentence. */
  reason: string
  /** The row, cleaned so that it can be stored; texts over 10,000 characters are truncated. */
  payload: unknown
}
