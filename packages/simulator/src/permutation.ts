import { hash32 } from './random.js'

/** A bijection of the integers 0 … size − 1 without a table. */
export interface Permutation {
  size: number
  forward(index: number): number
  inverse(index: number): number
}

const ROUNDS = 4
/** Both halves of the network must fit a 32-bit integer together. */
const MAX_PERMUTATION_SIZE = 2 ** 30

/**
 * A keyed permutation: a Feistel network over the next power of four, with cycle walking into the range
 * (fewer than four steps on average). It maps a product's id to its rank by modification date and back.
 */
export function createPermutation(size: number, key: number): Permutation {
  if (size > MAX_PERMUTATION_SIZE) throw new RangeError(`A permutation holds at most ${MAX_PERMUTATION_SIZE}`)
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(2, size)) / 2))
  const mask = 2 ** bits - 1

  const encrypt = (value: number): number => {
    let left = value >>> bits
    let right = value & mask
    for (let round = 0; round < ROUNDS; round++) {
      const next = left ^ (hash32(key, right, round) & mask)
      left = right
      right = next
    }
    return (left << bits) | right
  }
  const decrypt = (value: number): number => {
    let left = value >>> bits
    let right = value & mask
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const previous = right ^ (hash32(key, left, round) & mask)
      right = left
      left = previous
    }
    return (left << bits) | right
  }
  const walk = (index: number, step: (value: number) => number): number => {
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`${index} is outside 0 … ${size - 1}`)
    }
    let value = step(index)
    while (value >= size) value = step(value)
    return value
  }

  return { size, forward: (index) => walk(index, encrypt), inverse: (index) => walk(index, decrypt) }
}
