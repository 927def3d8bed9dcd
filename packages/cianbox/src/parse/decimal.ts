/**
 * Decimals as strings: exact, without exponent, without trailing zeros ("12.30" is "12.3", 1e-7 is
 * "0.0000001", -0 is "0"). Parsed amounts are never converted to a binary float.
 */

/** Longer strings are not amounts. A JSON number is this long only with a very small exponent. */
const MAX_STRING = 64
const MAX_INTEGER_DIGITS = 15
/** Decimals of an amount that is calculated here. */
export const CENTS = 2
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i

/**
 * The canonical form of a number or of a numeric string with a decimal point; undefined for anything else.
 * A decimal comma ("12,5") is not accepted, because "1,234" is ambiguous and a wrong price is worse than a
 * rejected row.
 */
export function canonicalDecimal(value: unknown): string | undefined {
  if (typeof value === 'number') {
    const text = String(value)
    if (!Number.isFinite(value)) return undefined
    return text.includes('e') ? expand(text) : text
  }
  if (typeof value !== 'string' || value.length > MAX_STRING) return undefined
  return expand(value.trim())
}

/** Whether |x| ≥ 1e15; above that a JSON number cannot represent cents. */
export function isTooLarge(decimal: string): boolean {
  if (decimal.length <= MAX_INTEGER_DIGITS) return false
  const point = decimal.indexOf('.')
  const digits = (point < 0 ? decimal.length : point) - (decimal.startsWith('-') ? 1 : 0)
  return digits > MAX_INTEGER_DIGITS
}

/** Moves the decimal point of a canonical decimal to the right (multiplies by 10^places, places ≥ 0). */
export function shiftRight(decimal: string, places: number): string {
  const [integer = '', fraction = ''] = decimal.split('.')
  const padded = fraction.padEnd(places, '0')
  return compose(
    integer.startsWith('-'),
    integer.replace('-', '') + padded.slice(0, places),
    padded.slice(places),
  )
}

/** `amount` plus `percentage` percent of it, rounded half away from zero to `places` decimals. */
export function addPercentage(amount: string, percentage: string, places: number): string {
  const base = toScaled(amount)
  const rate = toScaled(percentage)
  const product = base.units * (100n * 10n ** BigInt(rate.scale) + rate.units)
  const excess = base.scale + rate.scale + 2 - places
  if (excess <= 0) return fromScaled(product * 10n ** BigInt(-excess), places)
  const divisor = 10n ** BigInt(excess)
  const half = product < 0n ? -divisor / 2n : divisor / 2n
  return fromScaled((product + half) / divisor, places)
}

function expand(text: string): string | undefined {
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const [, sign, integer = '', fraction = '', exponent] = match
  if (integer === '' && fraction === '') return undefined
  const point = integer.length + Number(exponent ?? 0)
  const digits = integer + fraction
  if (point <= 0) return compose(sign === '-', '0', '0'.repeat(-point) + digits)
  return compose(sign === '-', digits.slice(0, point).padEnd(point, '0'), digits.slice(point))
}

function compose(negative: boolean, integer: string, fraction: string): string {
  const whole = integer.replace(/^0+(?=\d)/, '') || '0'
  const part = fraction.replace(/0+$/, '')
  const magnitude = part === '' ? whole : `${whole}.${part}`
  return negative && magnitude !== '0' ? `-${magnitude}` : magnitude
}

function toScaled(decimal: string): { units: bigint; scale: number } {
  const [integer = '', fraction = ''] = decimal.split('.')
  return { units: BigInt(integer + fraction), scale: fraction.length }
}

function fromScaled(units: bigint, scale: number): string {
  const negative = units < 0n
  const digits = String(negative ? -units : units).padStart(scale + 1, '0')
  return compose(negative, digits.slice(0, digits.length - scale), digits.slice(digits.length - scale))
}
