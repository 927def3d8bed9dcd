/** One request: page `page`, from 1, with pages of `limit` rows. */
export interface Window {
  page: number
  limit: number
}

/**
 * Pages through a list that changes between two requests, from its first row on. Each window overlaps the previous one:
 * if its first row is known, no row was missed in between. If not, rows that were read have been deleted, which moves
 * the others forward, and the reader steps back.
 */
export interface OverlappingPager {
  /** The next window to request. */
  next(): Window
  /**
   * Records the answer to a window.
   * @param ids of all its rows, in order
   * @returns `joined`: the list is read without a gap up to here; `gap`: rows may be missing before this window, and
   *   `next` steps back; `lost`: the list repeats itself, or changes faster than it can be read.
   */
  record(window: Window, ids: readonly string[]): 'joined' | 'gap' | 'lost'
  /** Number of joined windows in a row, up to the last one, without a new row. */
  windowsWithoutNewRows(): number
}

/** Minimum window length: shorter windows all end at common multiples of their lengths, so that none overlaps those. */
const MIN_LENGTH = 20
/** After so many windows in a row without a new row the reader restarts at the first row. */
const MAX_WITHOUT_NEW_ROWS = 6
/** Restarts before the list counts as lost. */
const MAX_RESTARTS = 3

export function createOverlappingPager(pageSize: number): OverlappingPager {
  const known = new Set<number>()
  /** Rows of a full page: less than `pageSize` for a source that caps its pages, which also numbers them by its cap. */
  let longest = Math.max(MIN_LENGTH, pageSize)
  let reached = 0
  let withoutNewRows = 0
  let restarts = 0
  let hasSteppedBack = false
  let leavesOut = false
  let knowsFront = false

  function restart(): 'gap' | 'lost' {
    known.clear()
    reached = 0
    withoutNewRows = 0
    hasSteppedBack = false
    knowsFront = false
    return ++restarts > MAX_RESTARTS ? 'lost' : 'gap'
  }

  return {
    windowsWithoutNewRows: () => withoutNewRows,
    next() {
      if (reached === 0) return { page: 1, limit: longest }
      // If the source leaves rows out, the overlapping row may be one of them, so overlap by half a window.
      for (let overlap = leavesOut ? Math.min(reached, Math.ceil(longest / 2)) : 1; overlap > 1; overlap--) {
        const window = windowOver(reached - overlap, longest)
        if (window.page * window.limit >= reached + longest / 4) return window
      }
      return windowOver(reached - 1, longest)
    },
    record(window, ids) {
      const start = (window.page - 1) * window.limit
      const [first] = ids
      // An empty answer is a gap too: the list is shorter now than what was read.
      if (start > 0 && (first === undefined || !known.has(Number(first)))) {
        if (hasSteppedBack) return restart()
        hasSteppedBack = true
        reached = start
        return 'gap'
      }
      hasSteppedBack = false
      const before = known.size
      for (const id of ids) known.add(Number(id))
      withoutNewRows = known.size > before ? 0 : withoutNewRows + 1
      if (withoutNewRows > MAX_WITHOUT_NEW_ROWS) return restart()
      if (start === 0) longest = Math.max(MIN_LENGTH, Math.min(longest, ids.length))
      // A short first page may be capped, until it has been read once. A later short page has rows left out by rule,
      // which have their places all the same.
      const isCut = (start === 0 && !knowsFront) || window.limit > longest
      knowsFront ||= start === 0
      leavesOut ||= !isCut && ids.length < window.limit
      reached = start + (isCut ? ids.length : window.limit)
      return 'joined'
    },
  }
}

/** Of the windows of at most `longest` rows over a place, counted from 0, the one that ends last. */
function windowOver(place: number, longest: number): Window {
  let best = { page: place + 1, limit: 1 }
  let end = place + 1
  for (let limit = longest; limit > 1 && place + limit > end; limit--) {
    const page = Math.floor(place / limit) + 1
    if (page * limit > end) {
      end = page * limit
      best = { page, limit }
    }
  }
  return best
}
