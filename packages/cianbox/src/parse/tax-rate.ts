import { shiftRight } from './decimal.js'

/**
 * Cianbox documents VAT as a multiplier (1.21), and some accounts send a percentage (21). Argentine
 * rates are 0, 2.5, 5, 10.5, 21 and 27 %, so a value in [1, 2) can only be a multiplier.
 *
 * @param rate canonical decimal
 * @returns the percentage, exact: "1.105" is "10.5", "1" is "0", "21" is "21"
 */
export function taxPercentage(rate: string): string {
  if (rate !== '1' && !rate.startsWith('1.')) return rate
  return shiftRight(`0${rate.slice(1)}`, 2)
}
