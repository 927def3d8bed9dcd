import type { Locale } from '../i18n/locale.js'

/**
 * A decimal string (`"1234.5"`, as the API sends money, stock and rates) in the reader's notation:
 * es-AR `1.234,50`, en `1,234.50`. Works on characters, so that no digit is lost to a binary float.
 * Never rounds. Trailing zeros beyond `minFraction` are removed, and zeros are added up to it.
 *
 * @param value - `null` gives an em dash; text that is not a decimal is returned unchanged.
 * @param options.minFraction - Minimum digits after the separator; default 0.
 */
export function formatDecimal(
  value: string | null,
  locale: Locale,
  { minFraction = 0 }: { minFraction?: number } = {},
): string {
  if (value === null) return '—'
  const match = DECIMAL.exec(value.trim())
  if (!match) return value
  const [, sign = '', whole = '', decimals = ''] = match

  const { group, point } = SEPARATORS[locale]
  const integer = whole.replace(/^0+(?=\d)/, '')
  const fraction = decimals.replace(/0+$/, '').padEnd(minFraction, '0')
  const isZero = /^0*$/.test(integer + fraction)

  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, group)
  const minus = sign === '-' && !isZero ? '−' : ''
  return fraction === '' ? minus + grouped : minus + grouped + point + fraction
}

/**
 * Money: at least two digits after the separator, more when the source has them. With a symbol it is
 * `$ 1.234,50` and `−$ 1.234,50`; text that is not a decimal gets no symbol.
 */
export function formatMoney(value: string | null, locale: Locale, symbol = ''): string {
  const amount = formatDecimal(value, locale, { minFraction: 2 })
  if (symbol === '' || value === null || !DECIMAL.test(value.trim())) return amount
  return amount.startsWith('−') ? `−${symbol}\u00a0${amount.slice(1)}` : `${symbol}\u00a0${amount}`
}

/** Whether a decimal string is below zero. */
export function isNegative(value: string | null): boolean {
  return value !== null && /^-\s*[\d.]*[1-9]/.test(value.trim())
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?$/

const SEPARATORS: Record<Locale, { group: string; point: string }> = {
  'es-AR': { group: '.', point: ',' },
  en: { group: ',', point: '.' },
}
