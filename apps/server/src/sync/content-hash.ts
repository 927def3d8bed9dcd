import { createHash } from 'node:crypto'

/**
 * Raise this when the mapping from upstream row to columns changes: every row then differs from
 * its stored hash, and the next full run writes it anew.
 */
const MAPPING_VERSION = 1

/**
 * Fingerprint of an upstream row, the same whatever the order of its keys. 16 bytes of SHA-256: at a
 * million products the chance that any two contents collide is below 10⁻²⁶.
 */
export function contentHash(raw: unknown): Buffer {
  return createHash('sha256')
    .update(`${MAPPING_VERSION}:${canonicalJson(raw)}`)
    .digest()
    .subarray(0, 16)
}

/** JSON with the keys of every object in code-unit order. Takes what `JSON.parse` gives. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const object = value as Record<string, unknown>
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`)
  return `{${members.join(',')}}`
}
