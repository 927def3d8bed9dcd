/** Times observed on one stream, in milliseconds of this browser's clock. */
export interface StallEvidence {
  readonly requestedAt: number
  /** When the server responded with an event stream; null before that. */
  readonly openedAt: number | null
  /** When the first bytes arrived; null before that. */
  readonly firstAt: number | null
  /**
   * Least and greatest difference between a ping's arrival and the server's timestamp in it. The two
   * clocks may differ by any amount, so only the spread between least and greatest is meaningful.
   */
  readonly pingDelay: { readonly least: number; readonly most: number } | null
  /** A stream that resumes from a cursor may have no event before its first ping. */
  readonly hasCursor: boolean
}

/** A server that works responds with the stream's headers within this time. */
const HEADERS_MS = 10_000
/** The server writes `start` together with the headers. */
const FIRST_MS = 5_000
/** The server pings every 15 s. */
const FIRST_PING_MS = 20_000
/** Network latency does not vary by this much. */
const SPREAD_MS = 5_000

export function newEvidence(requestedAt: number, hasCursor: boolean): StallEvidence {
  return { requestedAt, openedAt: null, firstAt: null, pingDelay: null, hasCursor }
}

/**
 * Whether the events arrive when they are sent. Pure. `stalled`: the headers, the first event or the
 * pings are later than a server sends them, or several pings arrive at once. Either a proxy buffers the
 * stream or the server is slow; the caller has to make another request to find out which.
 */
export function stallVerdict(evidence: StallEvidence, nowMs: number): 'stalled' | 'unknown' | 'timely' {
  const { requestedAt, openedAt, firstAt, pingDelay, hasCursor } = evidence
  if (openedAt === null) return nowMs - requestedAt >= HEADERS_MS ? 'stalled' : 'unknown'
  if (firstAt === null) {
    return nowMs - openedAt >= (hasCursor ? FIRST_PING_MS : FIRST_MS) ? 'stalled' : 'unknown'
  }
  if (pingDelay && pingDelay.most - pingDelay.least >= SPREAD_MS) return 'stalled'
  return firstAt - openedAt < FIRST_MS ? 'timely' : 'unknown'
}

/** Adds a ping. @param sentAt the server's timestamp in milliseconds; NaN is ignored */
export function addPing(evidence: StallEvidence, sentAt: number, nowMs: number): StallEvidence {
  const delay = nowMs - sentAt
  if (Number.isNaN(delay)) return evidence
  const { least = delay, most = delay } = evidence.pingDelay ?? {}
  return { ...evidence, pingDelay: { least: Math.min(least, delay), most: Math.max(most, delay) } }
}

/** Restarts all measurements at `nowMs`, because this page was suspended and its delays mean nothing. */
export function restartAfterSuspend(evidence: StallEvidence, nowMs: number): StallEvidence {
  return {
    ...evidence,
    requestedAt: nowMs,
    openedAt: evidence.openedAt === null ? null : nowMs,
    firstAt: evidence.firstAt === null ? null : nowMs,
    pingDelay: null,
  }
}
