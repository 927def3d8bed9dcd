import type { Locale } from '../i18n/locale.js'

/** A count: `12.345` in es-AR, `12,345` in English. */
export function formatCount(value: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(value)
}

/**
 * A share as whole per cent: `40 %`. With `above`, a smaller share, it gets as many decimals as needed
 * to look greater: `15,1 %` beside a limit of `15 %`.
 */
export function formatShare(share: number, locale: Locale, above?: number): string {
  const rounded = [0, 1, 2, 3].map((digits) => Number((share * 100).toFixed(digits)))
  const shown = above === undefined ? rounded[0] : rounded.find((percent) => percent > above * 100)
  return `${formatCount(shown ?? share * 100, locale)}\u00a0%`
}

/** Formats an ISO 8601 instant as date and time in the reader's zone; a dash for `null` or invalid text. */
export function formatDateTime(iso: string | null, locale: Locale, timeZone?: string): string {
  if (iso === null) return '—'
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return '—'
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    // Intl would write «3:04 p. m.» for es-AR; shops there write 15:04.
    ...(locale === 'es-AR' ? { hourCycle: 'h23' } : {}),
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(date)
}

/** Milliseconds in their two largest units: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number, locale: Locale): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 1000) return unit(Math.max(0, Math.round(ms)), 'ms', locale)
  if (seconds < 60) return unit(seconds, 's', locale)
  if (seconds < 3600) return pair(seconds, 60, 'min', 's', locale)
  return pair(Math.round(seconds / 60), 60, 'h', 'min', locale)
}

/** Milliseconds from one instant to another; `null` when either is missing. */
export function elapsed(startedAt: string | null, endedAt: string | null): number | null {
  if (startedAt === null || endedAt === null) return null
  const ms = Date.parse(endedAt) - Date.parse(startedAt)
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** Not from Intl, which writes «seg.» in es-AR; these symbols are the same in both languages. */
type Unit = 'ms' | 's' | 'min' | 'h'

function unit(value: number, name: Unit, locale: Locale): string {
  return `${formatCount(value, locale)}\u00a0${name}`
}

function pair(value: number, per: number, large: Unit, small: Unit, locale: Locale): string {
  const rest = value % per
  const head = unit(Math.floor(value / per), large, locale)
  return rest === 0 ? head : `${head} ${unit(rest, small, locale)}`
}
