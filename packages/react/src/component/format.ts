import type { Locale } from './labels.js'

/** Formats numbers, times and durations in a locale. */
export interface Format {
  /** A count; a dash if the server did not send it. */
  count(value: number): string
  /** 0–100, with the locale's sign. */
  percent(value: number): string
  /** Products per second, with one decimal below ten. */
  rate(value: number): string
  /** The two largest units: `45 s`, `2 min 5 s`, `1 h 10 min`. */
  duration(milliseconds: number): string
  /** Time of day of an ISO 8601 instant, in the browser's time zone; null if it is invalid. */
  time(instant: string): string | null
}

export function formatOf(locale: Locale): Format {
  const counts = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const times = new Intl.DateTimeFormat(locale, {
    timeStyle: 'medium',
    ...(locale === 'es-AR' ? { hourCycle: 'h23' } : {}),
  })
  const ofUnit = (unit: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 })
  const [hours, minutes, seconds] = [ofUnit('hour'), ofUnit('minute'), ofUnit('second')]

  return {
    count: (value) => (Number.isFinite(value) ? counts.format(value) : '–'),
    percent: (value) => percents.format(boundedPercent(value) / 100),
    rate: (value) => (value < 10 ? tenths : counts).format(value),
    duration(milliseconds) {
      const total = Math.max(0, Math.round(milliseconds / 1000))
      const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
      if (h > 0) return joined(hours.format(h), m && minutes.format(m))
      if (m > 0) return joined(minutes.format(m), s && seconds.format(s))
      return seconds.format(s)
    },
    time(instant) {
      const at = Date.parse(instant)
      return Number.isNaN(at) ? null : times.format(at)
    },
  }
}

/** Limits a percent to 0–100; 0 if it is not a number. */
export function boundedPercent(value: number): number {
  return Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0
}

function joined(large: string, small: string | 0): string {
  return small === 0 ? large : `${large} ${small}`
}
