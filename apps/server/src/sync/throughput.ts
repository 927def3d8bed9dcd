/** How fast a run goes, from its recent pages. */
export interface Throughput {
  /** One more page was committed at `at` (milliseconds), with so many rows. */
  page(at: number, rows: number): void
  /** Rows per second over the recent pages; null before there is anything to tell. */
  rate(): number | null
  /** Whole seconds for so many more pages; null rather than a guess. */
  eta(pagesLeft: number): number | null
}

/** Pages looked back at: few enough to notice a change of pace, enough not to jump with each page. */
const WINDOW = 12
/** Below this many, an estimate would be a guess. */
const ENOUGH = 3

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
      // The first entry only opens the span: its rows were fetched before it.
      const rows = recent.slice(1).reduce((sum, page) => sum + page.rows, 0)
      return Math.round((rows / span()) * 10_000) / 10
    },
    eta(pagesLeft) {
      if (pagesLeft <= 0) return 0
      if (recent.length < ENOUGH || span() <= 0) return null
      return Math.ceil(((span() / (recent.length - 1)) * pagesLeft) / 1000)
    },
  }
}
