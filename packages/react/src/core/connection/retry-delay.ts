const BASE_MS = 1_000
const CAP_MS = 30_000
/** An absurd Retry-After must not put a viewer to sleep for a day (and past 2^31 a timer fires at once). */
const FLOOR_CAP_MS = 300_000

/**
 * Milliseconds to wait before the next attempt: what the server asked for, plus full jitter over
 * an exponential backoff (at most 1, 2, 4 … 30 s), so that viewers cut off together do not return
 * together.
 *
 * @param attempt failures before this one, from 0
 * @param floorMs the least the server asked for; held to 5 minutes
 * @param random from 0 up to 1
 */
export function retryDelayMs(attempt: number, floorMs: number, random: number): number {
  return heldFloor(floorMs) + Math.floor(random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16)))
}

/** A wait that the server chose, held to what is sensible: 0 to 5 minutes. */
export function heldFloor(ms: number): number {
  return Number.isFinite(ms) ? Math.min(FLOOR_CAP_MS, Math.max(0, Math.ceil(ms))) : 0
}

/** Milliseconds of a `Retry-After` (seconds or an HTTP date, RFC 9110); 0 for none or nonsense. */
export function parseRetryAfter(value: string | null, nowMs: number): number {
  if (value === null) return 0
  const text = value.trim()
  if (/^\d+$/.test(text)) return heldFloor(Number(text) * 1_000)
  // A date has letters; `Date.parse` alone would also take "-1" or "1.5" for a year.
  if (!/[a-z]{3}/i.test(text)) return 0
  return heldFloor(Date.parse(text) - nowMs)
}
