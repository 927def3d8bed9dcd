import { type ProductOrder, type ProductRow, type ProductRowPage, productRowId } from '@espejo/cianbox'

/** One answer of a list, with what a decision about presence and absence looks at. */
export interface ListedPage {
  rows: readonly ProductRow[]
  /** The ids of its rows, in order, each once. */
  ids: readonly string[]
  /** How many of its rows have no readable id. */
  withoutId: number
  /** As the source says; null when it does not. A hint, never a proof. */
  totalPages: number | null
}

export interface ListQuery {
  /** From 1. */
  page: number
  limit: number
  order: ProductOrder
}

/** Asks the source for one page of its product list. */
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

/** How many places of the list a page shows: a row that stands twice fills one. */
export function lengthOf(page: ListedPage): number {
  return page.ids.length + page.withoutId
}

/** Whether a row stands twice: then another may be missing for it. */
export function repeatsARow(page: ListedPage): boolean {
  return page.rows.length > lengthOf(page)
}

/**
 * Two answers to the same question as one: what either shows is there. Of a row that both show the
 * later answer's is kept; the order is that of the longer answer.
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

/** The highest of some ids as a number; null when there is none. Ids are safe integers. */
export function highestOf(ids: readonly string[]): number | null {
  return ids.length === 0 ? null : ids.reduce((highest, id) => Math.max(highest, Number(id)), 0)
}

/** Whether the ids fall from one to the next, as `id-desc` asks for. */
export function isDescending(ids: readonly string[]): boolean {
  return ids.every((id, i) => i === 0 || Number(id) < Number(ids[i - 1]))
}

/** The same rows, the highest id first; those without a readable id stand last. */
export function descending(page: ListedPage): ListedPage {
  const idOf = ({ raw }: ProductRow) => Number(productRowId(raw) ?? 0)
  const rows = page.rows.toSorted((a, b) => idOf(b) - idOf(a))
  return listedPage({ rows, totalPages: page.totalPages })
}
