import type { Permutation } from '../permutation.js'
import type { ProductOrder } from '../switches.js'
import type { Overlay } from './overlay.js'
import { type IdSequence, listed, nthNotIn, reversed } from './sequence.js'

/** The present products in each of the API's orders. */
export interface Orders {
  sequence(order: ProductOrder): IdSequence
  /** Sorts a few ids, in place. */
  sort(ids: number[], order: ProductOrder): number[]
}

/**
 * Orders without a table of the catalogue. By id (also the order of creation): 1 … lastId without the
 * deleted products. By modification: the unmodified generated products in the order of the permutation,
 * then the modified ones by time.
 *
 * @param ranks maps id − 1 to the rank by modification, for generated products
 */
export function createOrders(overlay: Overlay, ranks: Permutation): Orders {
  let cached = { version: -1, ...indexOf(overlay, ranks) }

  function index() {
    if (cached.version !== overlay.version) cached = { version: overlay.version, ...indexOf(overlay, ranks) }
    return cached
  }

  function ascending(order: ProductOrder): IdSequence {
    const { gone, vacated, moved } = index()
    if (!order.startsWith('modified')) {
      return { count: overlay.lastId - gone.length, at: (position) => nthNotIn(gone, position) + 1 }
    }
    const unmoved = ranks.size - vacated.length
    const tail = listed(moved)
    return {
      count: unmoved + moved.length,
      at: (position) =>
        position < unmoved ? ranks.inverse(nthNotIn(vacated, position)) + 1 : tail.at(position - unmoved),
    }
  }

  function key(id: number, order: ProductOrder): number {
    if (!order.startsWith('modified')) return id
    const change = overlay.changes.get(id)
    if (!change || change.movedAt === null) return ranks.forward(id - 1)
    return ranks.size + (index().places.get(id) ?? 0)
  }

  return {
    sequence: (order) => (order.endsWith('desc') ? reversed(ascending(order)) : ascending(order)),
    sort: (ids, order) => {
      const direction = order.endsWith('desc') ? -1 : 1
      return ids.sort((a, b) => direction * (key(a, order) - key(b, order)))
    },
  }
}

/** The positions that the overlay removes from the generated orders, and the ids that it appends. */
function indexOf(overlay: Overlay, ranks: Permutation) {
  const gone: number[] = []
  const vacated: number[] = []
  const moved: { id: number; at: number; order: number }[] = []
  for (const [id, change] of overlay.changes) {
    const generated = id <= ranks.size
    if (change.gone) gone.push(id - 1)
    if (generated && (change.gone || change.movedAt !== null)) vacated.push(ranks.forward(id - 1))
    if (!change.gone && change.movedAt !== null) moved.push({ id, at: change.movedAt, order: change.order })
  }
  moved.sort((a, b) => a.at - b.at || a.order - b.order)
  return {
    /** Positions by id of deleted products. */
    gone: Float64Array.from(gone).sort(),
    /** Ranks of modified or deleted products. */
    vacated: Float64Array.from(vacated).sort(),
    moved: moved.map(({ id }) => id),
    /** Index of each id in `moved`. */
    places: new Map(moved.map(({ id }, place) => [id, place])),
  }
}
