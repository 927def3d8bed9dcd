import { hash } from 'node:crypto'

/**
 * Raise this when the mapping from upstream row to columns changes: every stored row is then stale,
 * and the next full run writes it anew.
 */
export const MAPPING_VERSION = 2

const BYTES = 16

/**
 * Fingerprint of an upstream row as it was sent: the mapping's version in the first byte, then 15
 * bytes of SHA-256. At a million products the chance that any two contents collide is below 10⁻²³.
 *
 * The order of a row's keys counts, and every space and escape, since any form of our own would double
 * the cost of a page that has not changed. Where the source changes these alone, the hashes differ and
 * the contents do not: that is found out by comparing the contents.
 */
export function contentHash(json: string): Buffer {
  const digest = hash('sha256', json, 'buffer')
  digest[0] = MAPPING_VERSION
  return digest.subarray(0, BYTES)
}

/** Whether a stored hash is of an earlier mapping. */
export function isStale(stored: Buffer): boolean {
  return stored[0] !== MAPPING_VERSION
}
