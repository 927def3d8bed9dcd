/** One product of the mirror. Money, stock and rates are decimal strings; times ISO 8601 UTC. */
export interface Product {
  cianboxId: string
  sku: string | null
  barcode: string | null
  name: string
  description: string | null
  price: string | null
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
  prices: { listId: string; currencyId: string | null; net: string | null; final: string | null }[]
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

/** A page of a list. `nextCursor` is null on the last one. */
export interface List<T> {
  items: T[]
  nextCursor: string | null
}
