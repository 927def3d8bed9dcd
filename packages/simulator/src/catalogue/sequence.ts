/** Ids in some order, by position. They need not be stored. */
export interface IdSequence {
  count: number
  at(position: number): number
}

/** The ids from `offset` on, at most `limit` of them. */
export function slice(sequence: IdSequence, offset: number, limit: number): number[] {
  const ids: number[] = []
  const end = Math.min(sequence.count, offset + limit)
  for (let position = Math.max(0, offset); position < end; position++) ids.push(sequence.at(position))
  return ids
}

export function* iterate(sequence: IdSequence): Generator<number> {
  for (let position = 0; position < sequence.count; position++) yield sequence.at(position)
}

export function reversed(sequence: IdSequence): IdSequence {
  return { count: sequence.count, at: (position) => sequence.at(sequence.count - 1 - position) }
}

export function listed(ids: ArrayLike<number>): IdSequence {
  return { count: ids.length, at: (position) => ids[position] ?? 0 }
}

/**
 * The integer at a position among 0, 1, 2 … without the excluded ones.
 *
 * @param excluded sorted, without repeats
 */
export function nthNotIn(excluded: ArrayLike<number>, position: number): number {
  let low = 0
  let high = excluded.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((excluded[middle] ?? 0) - middle <= position) low = middle + 1
    else high = middle
  }
  return position + low
}
