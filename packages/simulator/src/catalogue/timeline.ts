/** Generated products were last modified between these times; every later change is after them. */
const START = Date.UTC(2019, 0, 2, 11)
export const TIMELINE_END = Date.UTC(2025, 5, 30, 20)

/**
 * When the product of a rank (0 = least recent) was last modified. Never decreases with the rank. In one of
 * eight groups of 64 ranks all have the same second, as after a mass update.
 */
export function modifiedAt(rank: number, size: number): number {
  const stretch = Math.floor(rank / 64)
  const effective = stretch % 8 === 3 ? stretch * 64 : rank
  return START + Math.floor((effective * (TIMELINE_END - START)) / (size * 1000)) * 1000
}
