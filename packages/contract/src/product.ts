/**
 * One product of the mirror. Money, stock and rates are decimal strings; times are ISO 8601 UTC.
 *
 * A point of sale charges `offer.localFinal` if present, else `price`. This is also correct if the ERP's
 * default list already contains the offer, because both amounts are then equal.
 */
export interface Product {
  cianboxId: string
  sku: string | null
  barcode: string | null
  name: string
  description: string | null
  /** The default list's price with tax, in the local currency, as the ERP sends it. */
  price: string | null
  /** Whether the product is on offer now, according to the ERP. */
  onOffer: boolean
  /** The offer on the default list; null when the product is not on offer or has no offer price. */
  offer: Amounts | null
  /** Without tax, in the local currency if the ERP sends it in that currency. */
  cost: string | null
  /** A percentage: "21", "10.5". */
  taxRate: string | null
  stock: string | null
  reserved: string | null
  categoryId: string | null
  categoryName: string | null
  brandId: string | null
  brandName: string | null
  isActive: boolean
  parentId: string | null
  isParent: boolean
  size: string | null
  color: string | null
  imageUrls: string[]
  prices: ListPrice[]
  stockByBranch: {
    branchId: string
    stock: string | null
    reserved: string | null
    available: string | null
  }[]
  sourceUpdatedAt: string | null
  createdAt: string
  changedAt: string
  retiredAt: string | null
}

/** An amount without tax (`net`) and with tax (`final`), in two currencies. */
export interface Amounts {
  /** In the currency of the price list. */
  net: string | null
  final: string | null
  /** In the account's local currency. */
  localNet: string | null
  localFinal: string | null
}

/** A product's price in one list. */
export interface ListPrice extends Amounts {
  listId: string
  /** The currency of `net` and `final`. */
  currencyId: string | null
}

/** A page of a list. `nextCursor` is null on the last one. */
export interface List<T> {
  items: T[]
  nextCursor: string | null
}
