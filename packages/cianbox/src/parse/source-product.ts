/** A product as the source has it, the same for both dialects. Amounts and quantities are canonical decimal strings. */
export interface SourceProduct {
  id: string
  name: string
  /** Not unique at the source. */
  sku: string | null
  barcode: string | null
  description: string | null
  /** Price with tax, in the account's currency, of the default price list (list 0). */
  price: string | null
  /** Price without tax of the default price list. */
  priceNet: string | null
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
  /** The product that this one is a variant of; it may be absent from the list. */
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
  /** The row as it came, and the same object unless something in it could not be stored. */
  raw: Record<string, unknown>
  /** What was cleaned, left out or assumed: Spanish sentences. */
  notes: string[]
}

/** A product's price in one list. */
export interface SourcePrice {
  listId: string
  currencyId: string | null
  /** `neto_calculado`; without it, `neto` in the list's own currency. */
  net: string | null
  /** `final_calculado`; without it, `final` in the list's own currency. */
  final: string | null
}

/** A product's stock in one branch. */
export interface SourceBranchStock {
  branchId: string
  stock: string | null
  reserved: string | null
  available: string | null
}

/** A row that could not be used. */
export interface SourceReject {
  /** The row's id, if it at least had one. */
  id: string | null
  /** The page that was asked for. */
  page: number
  /** Place in the page, from 0. */
  position: number
  /** Field of the row as Cianbox names it; null when the row as a whole is unusable. */
  field: string | null
  /** Spanish sentence. */
  reason: string
  /** The row, cleaned so that it can be stored; texts over 10,000 characters are cut. */
  payload: unknown
}
