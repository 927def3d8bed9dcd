import type { Switches } from '../switches.js'
import type { Overlay } from './overlay.js'
import { isGeneratedActive } from './product.js'

/** The part of a query that decides which products it may show. */
interface Query {
  ids?: unknown
  skus?: unknown
  barcodes?: unknown
  includeInactive?: boolean
}

/** Which existing products a query does not show. */
export interface Visibility {
  /** Whether the query may hide any product. */
  hidesAny(query: Query): boolean
  isHidden(id: number, query: Query): boolean
}

/** @param switches called at every use, so that a switch takes effect at once */
export function createVisibility(
  seed: number,
  overlay: Overlay,
  switches: () => Readonly<Switches>,
): Visibility {
  function hidesInactive(query: Query): boolean {
    const { inactiveRows } = switches()
    const isNamed = query.ids !== undefined || query.skus !== undefined || query.barcodes !== undefined
    return !query.includeInactive && (inactiveRows === 'hidden' || (inactiveRows === 'by-id' && !isNamed))
  }

  function hidesAny(query: Query): boolean {
    const { unassociatedRows } = switches()
    return hidesInactive(query) || (unassociatedRows === 'hidden' && overlay.unassociated.size > 0)
  }

  function isHidden(id: number, query: Query): boolean {
    if (switches().unassociatedRows === 'hidden' && overlay.unassociated.has(id)) return true
    if (!hidesInactive(query)) return false
    return !(overlay.changes.get(id)?.fields.vigente ?? isGeneratedActive(seed, id))
  }

  return { hidesAny, isHidden }
}
