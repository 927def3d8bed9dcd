/** A run's rows per second and remaining time, from its recent pages. */
export interface Throughput {
  /** Records a committed page. @param at milliseconds */
  page(at: number, rows: number): void
  /** Rows per second over the recent pages; null before the second page. */
  rate(): number | null
  /** Estimated whole seconds for so many more pages; null before the third page. */
  eta(pagesLeft: number): number | null
}

/** Pages of the moving average: few enough to follow a change, enough not to vary with each page. */
const WINDOW = 12
/** Pages that an estimate needs. */
const MIN_PAGES = 3

export function createThroughput(): Throughput {
  const recent: { at: number; rows: number }[] = []
  const span = () => (recent.at(-1)?.at ?? 0) - (recent[0]?.at ?? 0)
  return {
    page(at, rows) {
      recent.push({ at, rows })
      if (recent.length > WINDOW) recent.shift()
    },
    rate() {
      if (recent.length < 2 || span() <= 0) return null
      // The rows of the first entry were fetched before the span begins.
      const rows = recent.slice(1).reduce((sum, page) => sum + page.rows, 0)
      return Math.round((rows / span()) * 10_000) / 10
    },
    eta(pagesLeft) {
      if (pagesLeft <= 0) return 0
      if (recent.length < MIN_PAGES || span() <= 0) return null
      return Math.ceil(((span() / (recent.length - 1)) * pagesLeft) / 1000)
    },
  }
}
