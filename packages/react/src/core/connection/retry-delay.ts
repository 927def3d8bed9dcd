const BASE_MS = 1_000
const MAX_BACKOFF_MS = 30_000
/** Limits `Retry-After`: it must not stop a viewer for a day, and a timer of over 2^31 ms fires at once. */
const MAX_SERVER_DELAY_MS = 300_000

/**
 * Milliseconds to wait before the next attempt: the delay that the server requested, plus exponential
 * backoff with full jitter (at most 1, 2, 4 … 30 s), so that viewers that were disconnected together do
 * not reconnect together.
 *
 * @param attempt number of consecutive failures before this one, from 0
 * @param floorMs least delay that the server requested; limited to 5 minutes
 * @param random a random number, 0 ≤ x < 1
 */
export function retryDelayMs(attempt: number, floorMs: number, random: number): number {
  return (
    clampServerDelay(floorMs) +
    Math.floor(random * Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** Math.min(attempt, 16)))
  )
}

/** Limits a delay that the server requested to the range from 0 to 5 minutes. */
export function clampServerDelay(ms: number): number {
  return Number.isFinite(ms) ? Math.min(MAX_SERVER_DELAY_MS, Math.max(0, Math.ceil(ms))) : 0
}

/** Milliseconds of a `Retry-After` (seconds or an HTTP date, RFC 9110); 0 if it is missing or invalid. */
export function parseRetryAfter(value: string | null, nowMs: number): number {
  if (value === null) return 0
  const text = value.trim()
  if (/^\d+$/.test(text)) return clampServerDelay(Number(text) * 1_000)
  // `Date.parse` also accepts "-1" and "1.5", as years. An HTTP date contains letters.
  if (!/[a-z]{3}/i.test(text)) return 0
  return clampServerDelay(Date.parse(text) - nowMs)
}
