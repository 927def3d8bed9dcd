const OFFSET_MS = 3 * 60 * 60 * 1000
const DAY_MS = 86_400_000

/** `2018-08-02 22:06:19`: Argentina time (UTC−3, no daylight saving), without zone, as the API writes it. */
export function formatDateTime(epochMs: number): string {
  const local = epochMs - OFFSET_MS
  const day = Math.floor(local / DAY_MS)
  const seconds = Math.floor((local - day * DAY_MS) / 1000)
  return `${dayText(day)} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** `2018-05-20`: the Argentine day of an instant. */
export function formatDate(epochMs: number): string {
  return dayText(Math.floor((epochMs - OFFSET_MS) / DAY_MS))
}

/** A page of products contains hundreds of days out of a few thousand. At this size the cache is cleared. */
const MAX_DAYS = 5000
const days = new Map<number, string>()

function dayText(day: number): string {
  const known = days.get(day)
  if (known) return known
  if (days.size >= MAX_DAYS) days.clear()
  const text = new Date(day * DAY_MS).toISOString().slice(0, 10)
  days.set(day, text)
  return text
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
