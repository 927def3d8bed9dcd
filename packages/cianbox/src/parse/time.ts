const FORM = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/
/** Argentina has used UTC−3 all year since 2009. */
const OFFSET_HOURS = 3

/**
 * Converts Argentine time without a zone, such as `"2018-08-02 22:06:19"`, to ISO 8601 UTC; undefined when
 * it has another format or is not a valid date ("0000-00-00 00:00:00").
 */
export function argentineTimeToIso(text: string): string | undefined {
  if (!FORM.test(text)) return undefined
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  if (hour > 23 || twoDigits(text, 14) > 59 || twoDigits(text, 17) > 59) return undefined
  if (year < 1000 || year > 9998 || day < 1 || day > daysIn(month, year)) return undefined
  const utcHour = hour + OFFSET_HOURS
  if (utcHour > 23) return nextDay(year, month, day) + timeOfDay(text, utcHour - 24)
  return text.slice(0, 10) + timeOfDay(text, utcHour)
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}

function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  if (month < 1 || month > 12) return 0
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function nextDay(year: number, month: number, day: number): string {
  if (day < daysIn(month, year)) return date(year, month, day + 1)
  return month < 12 ? date(year, month + 1, 1) : date(year + 1, 1, 1)
}

function date(year: number, month: number, day: number): string {
  return `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`
}

function timeOfDay(text: string, hour: number): string {
  return `T${hour < 10 ? '0' : ''}${hour}${text.slice(13)}.000Z`
}
