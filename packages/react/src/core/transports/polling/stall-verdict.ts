/** What was seen of one stream, in milliseconds of this browser's clock unless said otherwise. */
export interface StreamEvidence {
  readonly askedAt: number
  /** The server answered with an event stream; null so far not. */
  readonly openedAt: number | null
  /** When something first arrived on it; null so far nothing. */
  readonly firstAt: number | null
  /**
   * Arrival minus the server's own stamp, over all pings. The two clocks may be apart by any amount;
   * that amount is in both ends, so only the spread between them means anything.
   */
  readonly pingDelay: { readonly least: number; readonly most: number } | null
  /** A stream from a cursor may have nothing to say before its first ping. */
  readonly hasCursor: boolean
}

/** Longest that a server at its work takes to answer with the stream's headers. */
const HEADERS_MS = 10_000
/** `start` is written with the headers. */
const FIRST_MS = 5_000
/** The server pings every 15 s. */
const FIRST_PING_MS = 20_000
/** No network between a browser and a server varies by so much. */
const SPREAD_MS = 5_000

export function newEvidence(askedAt: number, hasCursor: boolean): StreamEvidence {
  return { askedAt, openedAt: null, firstAt: null, pingDelay: null, hasCursor }
}

/**
 * Whether the stream arrives when it is sent. Pure. `late` means headers, the first event or pings
 * that come later than any server sends them, or pings that come in a bunch: something on the way
 * collects them, or the server is slow. Which of the two, another request has to tell.
 */
export function judgeLateness(evidence: StreamEvidence, nowMs: number): 'late' | 'unsure' | 'timely' {
  const { askedAt, openedAt, firstAt, pingDelay, hasCursor } = evidence
  if (openedAt === null) return nowMs - askedAt >= HEADERS_MS ? 'late' : 'unsure'
  if (firstAt === null) {
    return nowMs - openedAt >= (hasCursor ? FIRST_PING_MS : FIRST_MS) ? 'late' : 'unsure'
  }
  if (pingDelay && pingDelay.most - pingDelay.least >= SPREAD_MS) return 'late'
  return firstAt - openedAt < FIRST_MS ? 'timely' : 'unsure'
}

/** A ping has arrived. @param sentAt the server's stamp; NaN is passed over */
export function pinged(evidence: StreamEvidence, sentAt: number, nowMs: number): StreamEvidence {
  const delay = nowMs - sentAt
  if (Number.isNaN(delay)) return evidence
  const { least = delay, most = delay } = evidence.pingDelay ?? {}
  return { ...evidence, pingDelay: { least: Math.min(least, delay), most: Math.max(most, delay) } }
}

/** This browser itself stood still until now: what came late is no one else's fault. */
export function stoodStill(evidence: StreamEvidence, nowMs: number): StreamEvidence {
  return {
    ...evidence,
    askedAt: nowMs,
    openedAt: evidence.openedAt === null ? null : nowMs,
    firstAt: evidence.firstAt === null ? null : nowMs,
    pingDelay: null,
  }
}
