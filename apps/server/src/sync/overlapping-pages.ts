/** What one request asks of a list: page `page`, from 1, of pages of `limit`. */
export interface Window {
  page: number
  limit: number
}

/**
 * A way through a list from its front to wherever the reader stops, when the list moves between two
 * requests. Each window begins on rows that the one before has shown: where the first row of a window
 * is a known one, nothing has slipped between them. Where it is not, rows that were read already have
 * been deleted (which draws the others forward), and the reader steps back.
 */
export interface OverlappingPager {
  /** What to ask for next. */
  next(): Window
  /**
   * Takes note of what `next` was answered with, in the order of the list.
   * @param ids of all its rows, whether the reader wants them or not
   * @returns `joined`: all of the list up to here is read; `gap`: something may lie before these rows,
   *   and `next` leads back; `lost`: the list repeats itself, or moves faster than it can be read.
   */
  take(window: Window, ids: readonly string[]): 'joined' | 'gap' | 'lost'
  /** How many joined windows, one after the other and up to the last one, have shown nothing new. */
  withoutNews(): number
}

/** Shorter windows all end at common multiples of their lengths, and none would lie across those. */
const SHORTEST = 20
/** Windows without a new row, one after the other, before the reader begins again. */
const MAX_WITHOUT_NEW_ROWS = 20
/** How often a reader begins again at the front before it gives up. */
const RESTARTS = 3

export function createOverlappingPager(pageSize: number): OverlappingPager {
  const known = new Set<number>()
  /** A source may give less than it is asked for, and then counts its pages by what it gives. */
  let longest = Math.max(SHORTEST, pageSize)
  let reached = 0
  let withoutNews = 0
  let restarts = 0
  let hasSteppedBack = false
  let leavesOut = false
  let knowsFront = false

  function restart(): 'gap' | 'lost' {
    known.clear()
    reached = 0
    withoutNews = 0
    hasSteppedBack = false
    knowsFront = false
    return ++restarts > RESTARTS ? 'lost' : 'gap'
  }

  return {
    withoutNews: () => withoutNews,
    next() {
      if (reached === 0) return { page: 1, limit: longest }
      // The row at the joint may be one that is left out; among many places some row is shown.
      for (let overlap = leavesOut ? Math.min(reached, Math.ceil(longest / 2)) : 1; overlap > 1; overlap--) {
        const window = windowOver(reached - overlap, longest)
        if (window.page * window.limit >= reached + longest / 4) return window
      }
      return windowOver(reached - 1, longest)
    },
    take(window, ids) {
      const start = (window.page - 1) * window.limit
      const [first] = ids
      // No row at all is no known row either: the list has become shorter than what was read of it.
      if (start > 0 && (first === undefined || !known.has(Number(first)))) {
        if (hasSteppedBack) return restart()
        hasSteppedBack = true
        reached = start
        return 'gap'
      }
      hasSteppedBack = false
      const before = known.size
      for (const id of ids) known.add(Number(id))
      withoutNews = known.size > before ? 0 : withoutNews + 1
      if (withoutNews > MAX_WITHOUT_NEW_ROWS) return restart()
      if (start === 0) longest = Math.max(SHORTEST, Math.min(longest, ids.length))
      // Behind the front a source gives as much as is asked for, or leaves rows out by a rule of its own:
      // those have their places all the same.
      // At the front it may give less than it was asked for; the second time that is known.
      const isCut = (start === 0 && !knowsFront) || window.limit > longest
      knowsFront ||= start === 0
      leavesOut ||= !isCut && ids.length < window.limit
      reached = start + (isCut ? ids.length : window.limit)
      return 'joined'
    },
  }
}

/** Of the windows of at most `longest` rows over this place, counted from 0, the one that reaches furthest. */
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
