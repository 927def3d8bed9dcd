import type { ProductRow } from './rows.js'

/** What has happened to one product since it was generated. */
export interface Change {
  /** When `updated` was last moved, epoch milliseconds; null while it never was. */
  movedAt: number | null
  /** Place among the moved products; grows with every move. */
  order: number
  /** Raw fields, laid over the generated row. */
  fields: Partial<ProductRow>
  /** Net prices set by an edit, by list. */
  netos: Map<number, NetoEdit>
  /** Stock moved, by branch. */
  stock: Map<number, number>
  gone: boolean
}

/** A net price set by an edit: only the rises that come after it apply to it. */
interface NetoEdit {
  neto: number
  at: number
  risesBefore: number
}

/** A percentage laid over every price of a list. */
export interface Rise {
  listId: number
  factor: number
  at: number
}

/**
 * Everything that is not a pure function of seed and id: sparse changes by product, and the few
 * changes that touch every product at once. Memory grows with what was changed, never with the
 * catalogue.
 */
export interface Overlay {
  /** Grows with every change; caches hang on it. */
  readonly version: number
  readonly changes: ReadonlyMap<number, Readonly<Change>>
  readonly rises: readonly Rise[]
  /** When a change last moved the `updated` of every product; null while none did. */
  readonly touchedAllAt: number | null
  /** Products that are not associated with the integration. */
  readonly unassociated: ReadonlySet<number>
  /** Products ever made: ids run from 1 to this. */
  readonly lastId: number
  exists(id: number): boolean
  /** Changes one product, moving its `updated` to `movedAt` unless that is null. */
  change(id: number, movedAt: number | null, alter: (change: Change) => void): void
  associate(id: number, associated: boolean): void
  rise(rise: Rise): void
  touchAll(at: number): void
  /** Something outside the products changed that their rows show (a rate, a brand's name). */
  bump(): void
  /** Makes one more product and answers its id. */
  add(at: number): number
}

export function createOverlay(products: number): Overlay {
  const changes = new Map<number, Change>()
  const rises: Rise[] = []
  const unassociated = new Set<number>()
  let version = 0
  let order = 0
  let lastId = products
  let touchedAllAt: number | null = null

  function change(id: number, movedAt: number | null, alter: (change: Change) => void): void {
    const entry = changes.get(id) ?? emptyChange()
    alter(entry)
    if (movedAt !== null) {
      entry.movedAt = movedAt
      entry.order = ++order
    }
    changes.set(id, entry)
    version++
  }

  return {
    get version() {
      return version
    },
    get touchedAllAt() {
      return touchedAllAt
    },
    get lastId() {
      return lastId
    },
    changes,
    rises,
    unassociated,
    exists: (id) => Number.isInteger(id) && id >= 1 && id <= lastId && changes.get(id)?.gone !== true,
    change,
    associate(id, associated) {
      if (associated) unassociated.delete(id)
      else unassociated.add(id)
      version++
    },
    rise(rise) {
      rises.push(rise)
      version++
    },
    touchAll(at) {
      touchedAllAt = at
      version++
    },
    bump() {
      version++
    },
    add(at) {
      lastId++
      change(lastId, at, () => undefined)
      return lastId
    },
  }
}

function emptyChange(): Change {
  return { movedAt: null, order: 0, fields: {}, netos: new Map(), stock: new Map(), gone: false }
}
