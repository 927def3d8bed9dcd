/** Generated products were last modified between these instants; every change of a run comes later. */
const START = Date.UTC(2019, 0, 2, 11)
export const TIMELINE_END = Date.UTC(2025, 5, 30, 20)

/**
 * When the product of a rank (0 = modified longest ago) was last modified. Never decreases with the
 * rank; one stretch of 64 in eight shares a single second, as after a mass update.
 */
export function modifiedAt(rank: number, size: number): number {
  const stretch = Math.floor(rank / 64)
  const effective = stretch % 8 === 3 ? stretch * 64 : rank
  return START + Math.floor((effective * (TIMELINE_END - START)) / (size * 1000)) * 1000
}
