/**
 * A hash of its arguments as an unsigned 32-bit number. Every random choice of the generator is such a
 * hash, so that a product can be generated again from its id alone.
 */
export function hash32(seed: number, id: number, salt: number): number {
  let h = Math.imul(seed ^ Math.imul(id, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(salt + 1, 0xc2b2ae35)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  h ^= h >>> 12
  h = Math.imul(h, 0x297a2d39)
  h ^= h >>> 15
  return h >>> 0
}

/** As {@link hash32}, in [0, 1). */
export function unit(seed: number, id: number, salt: number): number {
  return hash32(seed, id, salt) / 0x1_0000_0000
}

/** One element of a non-empty list, chosen by a hash. */
export function pick<T>(items: readonly [T, ...T[]], hash: number): T {
  return items[hash % items.length] ?? items[0]
}

/** A seed for a part of the simulation, from the account's seed and the part's name. */
export function deriveSeed(seed: number, name: string): number {
  let h = seed >>> 0
  for (let i = 0; i < name.length; i++) h = hash32(h, name.charCodeAt(i), i)
  return h
}
