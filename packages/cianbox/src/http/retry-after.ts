/**
 * The delay of `Retry-After` in milliseconds, limited; undefined when absent or invalid.
 *
 * A date is compared with the response's `Date` header, if there is one, so that a wrong local clock does
 * not change the delay.
 *
 * @param header seconds ("120") or an HTTP date
 * @param now milliseconds since the epoch
 * @param maxMs upper limit of the delay
 */
export function retryAfterMs(
  header: string | undefined,
  dateHeader: string | undefined,
  now: number,
  maxMs: number,
): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, maxMs)
  // `Date.parse` also accepts "-5" and "1.5". An HTTP date contains letters.
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(until)) return undefined
  const reference = Date.parse(dateHeader ?? '')
  const wait = until - (Number.isNaN(reference) ? now : reference)
  return Math.min(Math.max(wait, 0), maxMs)
}
