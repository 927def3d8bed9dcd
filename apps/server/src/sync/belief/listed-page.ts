import { type ProductOrder, type ProductRow, type ProductRowPage, productRowId } from '@espejo/cianbox'

/** One answer of a list, with what decides about presence and absence. */
export interface ListedPage {
  rows: readonly ProductRow[]
  /** Distinct ids of its rows, in order. */
  ids: readonly string[]
  /** Number of rows without a readable id. */
  withoutId: number
  /** The total of the answer; null when it has none. A hint only: it may be wrong. */
  totalPages: number | null
}

export interface ListQuery {
  /** From 1. */
  page: number
  limit: number
  order: ProductOrder
}

/** Fetches one page of the source's product list. */
export type FetchPage = (query: ListQuery) => Promise<ListedPage>

export function listedPage({ rows, totalPages }: Pick<ProductRowPage, 'rows' | 'totalPages'>): ListedPage {
  const ids = new Set<string>()
  let withoutId = 0
  for (const { raw } of rows) {
    const id = productRowId(raw)
    if (id === null) withoutId++
    else ids.add(id)
  }
  return { rows, ids: [...ids], withoutId, totalPages }
}

/** Number of places of the list that a page fills: a repeated row fills one. */
export function lengthOf(page: ListedPage): number {
  return page.ids.length + page.withoutId
}

/** Whether a row is repeated: another row may be missing in its place. */
export function repeatsARow(page: ListedPage): boolean {
  return page.rows.length > lengthOf(page)
}

/**
 * The rows of two answers to the same request. A row of both is taken from the longer answer, which also gives the
 * order; of two equally long ones from the later.
 */
export function union(earlier: ListedPage, later: ListedPage): ListedPage {
  const [first, second] = lengthOf(later) >= lengthOf(earlier) ? [later, earlier] : [earlier, later]
  const known = new Set(first.ids)
  const extra = second.rows.filter(({ raw }) => {
    const id = productRowId(raw)
    return id !== null && !known.has(id)
  })
  return {
    ...listedPage({ rows: [...first.rows, ...extra], totalPages: null }),
    totalPages: later.totalPages,
  }
}

export function sameIds(a: ListedPage, b: ListedPage): boolean {
  if (a.ids.length !== b.ids.length) return false
  const known = new Set(a.ids)
  return b.ids.every((id) => known.has(id))
}

/** The highest id as a number (ids are safe integers); null for an empty list. */
export function highestOf(ids: readonly string[]): number | null {
  return ids.length === 0 ? null : ids.reduce((highest, id) => Math.max(highest, Number(id)), 0)
}

/** Whether the ids are in strictly descending order. */
export function isDescending(ids: readonly string[]): boolean {
  return ids.every((id, i) => i === 0 || Number(id) < Number(ids[i - 1]))
}

/** Whether the ids are in strictly ascending order. */
export function isAscending(ids: readonly string[]): boolean {
  return ids.every((id, i) => i === 0 || Number(id) > Number(ids[i - 1]))
}

/** The same rows in descending order of id; those without a readable id come last. */
export function descending(page: ListedPage): ListedPage {
  const idOf = ({ raw }: ProductRow) => Number(productRowId(raw) ?? 0)
  const rows = page.rows.toSorted((a, b) => idOf(b) - idOf(a))
  return listedPage({ rows, totalPages: page.totalPages })
}
