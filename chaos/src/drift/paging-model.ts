/**
 * A model, without a server, of paging over a catalogue that changes: a catalogue is its ids in order, page `p` of
 * size `n` has the ids from position `(p - 1) × n` on, and between two pages the catalogue may change.
 */

/** A change of the catalogue between two pages. */
export interface Move {
  kind: 'delete' | 'insert'
  id: number
}

export interface Walk {
  pageSize: number
  direction: 'up' | 'down'
  /** The changes before the second page, before the third, … */
  moves: readonly (readonly Move[])[]
}

/** The result of a walk. */
export interface WalkResult {
  /** Ids of each page that was read, in the order of reading. */
  pages: number[][]
  /** Listed from before the first page until after the last, and on none of them. */
  lost: number[]
  /** Inserted meanwhile: the ERP lists these as modified, so the drift phase reads them. */
  inserted: number[]
}

/** Walks up until a page is not full, or down from the page that was last at the start. */
export function walk(start: Iterable<number>, { pageSize, direction, moves }: Walk): WalkResult {
  const catalogue = new Set(start)
  const throughout = new Set(catalogue)
  const inserted = new Set<number>()
  const pages: number[][] = []
  let page = direction === 'up' ? 1 : Math.max(1, Math.ceil(catalogue.size / pageSize))
  for (let step = 0; ; step++) {
    const ids = sorted(catalogue).slice((page - 1) * pageSize, page * pageSize)
    pages.push(ids)
    if (direction === 'up' ? ids.length < pageSize : page === 1) break
    page += direction === 'up' ? 1 : -1
    for (const { kind, id } of moves[step] ?? []) {
      if (kind === 'delete') {
        catalogue.delete(id)
        throughout.delete(id)
      } else if (!catalogue.has(id)) {
        catalogue.add(id)
        inserted.add(id)
      }
    }
  }
  const seen = new Set(pages.flat())
  return { pages, lost: sorted(throughout).filter((id) => !seen.has(id)), inserted: sorted(inserted) }
}

/**
 * The ids that a product missed between two pages can have: those between the pages' edges that no page has
 * shown. Where ids are dense there are none, and no request is needed.
 */
export function idsBetweenPages(pages: readonly (readonly number[])[]): number[] {
  const seen = new Set(pages.flat())
  const candidates = new Set<number>()
  const read = pages.filter((ids) => ids.length > 0)
  for (const [i, ids] of read.entries()) {
    const other = read[i + 1]
    if (!other) break
    const [lower, upper] = (ids[0] ?? 0) < (other[0] ?? 0) ? [ids, other] : [other, ids]
    for (let id = Math.max(...lower) + 1; id < Math.min(...upper); id++) if (!seen.has(id)) candidates.add(id)
  }
  return sorted(candidates)
}

function sorted(ids: Iterable<number>): number[] {
  return [...ids].sort((a, b) => a - b)
}
