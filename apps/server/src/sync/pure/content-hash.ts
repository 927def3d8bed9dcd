import { hash } from 'node:crypto'

/**
 * Increment this when the mapping from upstream row to columns changes: every stored row is then stale, and the next
 * full run rewrites it.
 */
export const MAPPING_VERSION = 2

const BYTES = 16

/**
 * Fingerprint of an upstream row as it was sent: the mapping's version in the first byte, then 15
 * bytes of SHA-256. At a million products the chance that any two contents collide is below 10⁻²³.
 *
 * The order of keys, spaces and escapes count, because normalizing them would double the cost of an unchanged page.
 * When the source changes only these, the hashes differ and the contents do not; comparing the contents detects it.
 */
export function contentHash(json: string): Buffer {
  const digest = hash('sha256', json, 'buffer')
  digest[0] = MAPPING_VERSION
  return digest.subarray(0, BYTES)
}

/** Whether a stored hash was made by another version of the mapping. */
export function isStale(stored: Buffer): boolean {
  return stored[0] !== MAPPING_VERSION
}
