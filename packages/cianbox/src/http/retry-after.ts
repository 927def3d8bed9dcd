/**
 * What `Retry-After` asks for, in milliseconds, capped; undefined when absent or unreadable.
 *
 * A date is compared with the answer's own `Date` when there is one, so that a wrong clock on this
 * side neither shortens nor stretches the wait.
 *
 * @param header seconds ("120") or an HTTP date
 * @param now milliseconds since the epoch
 * @param maxMs absurd values are cut to this
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
  // Anything without letters is no HTTP date, whatever `Date.parse` makes of it ("-5", "1.5").
  const until = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(until)) return undefined
  const reference = Date.parse(dateHeader ?? '')
  const wait = until - (Number.isNaN(reference) ? now : reference)
  return Math.min(Math.max(wait, 0), maxMs)
}
