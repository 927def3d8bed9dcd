/** Counts of an account's requests since its creation or the last reset. */
export interface Counts {
  total: number
  /** By method and route: `GET /productos`. Aliases count as the route they stand for. */
  byRoute: Record<string, number>
  /** By HTTP code sent; `none` for a connection that got no headers. */
  byStatus: Record<string, number>
  /** Most concurrent requests. */
  maxConcurrent: number
  /** Most requests within any one second. */
  maxPerSecond: number
  /** Requests above the rate limit, whether refused with 429 or not. */
  rateLimitExceeded: number
}

export interface Counters {
  /**
   * Counts a request. Returns whether it is within `limit` requests in any one second. Refused requests do
   * not count against the limit.
   *
   * @param now clock of the simulated ERP, epoch milliseconds
   */
  begin(route: string, limit: number | null, now: number): boolean
  end(status: number | 'none'): void
  read(): Counts
  reset(): void
}

const WINDOW_MS = 1000

export function createCounters(): Counters {
  let counts = emptyCounts()
  let running = 0
  let arrivals: number[] = []
  let accepted: number[] = []

  return {
    begin(route, limit, now) {
      running++
      arrivals = arrivals.filter((at) => at > now - WINDOW_MS)
      accepted = accepted.filter((at) => at > now - WINDOW_MS)
      arrivals.push(now)
      counts.total++
      counts.byRoute[route] = (counts.byRoute[route] ?? 0) + 1
      counts.maxConcurrent = Math.max(counts.maxConcurrent, running)
      counts.maxPerSecond = Math.max(counts.maxPerSecond, arrivals.length)
      const within = limit === null || accepted.length < limit
      if (within) accepted.push(now)
      else counts.rateLimitExceeded++
      return within
    },
    end(status) {
      running--
      counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1
    },
    read: () => structuredClone(counts),
    reset() {
      counts = { ...emptyCounts(), maxConcurrent: running }
      arrivals = []
      accepted = []
    },
  }
}

function emptyCounts(): Counts {
  return { total: 0, byRoute: {}, byStatus: {}, maxConcurrent: 0, maxPerSecond: 0, rateLimitExceeded: 0 }
}
