import type { ProductRow } from './rows.js'

/** The changes of one product since it was generated. */
export interface Change {
  /** When `updated` last changed, epoch milliseconds; null if never. */
  movedAt: number | null
  /** Sequence number of the last change of `updated`. */
  order: number
  /** Fields that replace those of the generated row. */
  fields: Partial<ProductRow>
  /** Net prices set by an edit, by list. */
  netos: Map<number, NetoEdit>
  /** Stock added, by branch. */
  stock: Map<number, number>
  gone: boolean
}

/** A net price set by an edit. Only later price rises apply to it. */
interface NetoEdit {
  neto: number
  at: number
  risesBefore: number
}

/** A percentage added to every price of a list. */
export interface Rise {
  listId: number
  factor: number
  at: number
}

/**
 * All state that is not a pure function of seed and id: changes of single products, and changes of every
 * product at once. Memory grows with the number of changes, not with the catalogue.
 */
export interface Overlay {
  /** Incremented by every change; invalidates caches. */
  readonly version: number
  readonly changes: ReadonlyMap<number, Readonly<Change>>
  readonly rises: readonly Rise[]
  /** When `updated` of every product last changed; null if never. */
  readonly touchedAllAt: number | null
  /** Products that are not associated with the integration. */
  readonly unassociated: ReadonlySet<number>
  /** The highest id; ids begin at 1. */
  readonly lastId: number
  exists(id: number): boolean
  /** Changes one product, and sets its `updated` to `movedAt` unless that is null. */
  change(id: number, movedAt: number | null, alter: (change: Change) => void): void
  associate(id: number, associated: boolean): void
  rise(rise: Rise): void
  touchAll(at: number): void
  /** Call when something else that rows show has changed (a rate, a brand's name). */
  bump(): void
  /** Creates a product and returns its id. */
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
