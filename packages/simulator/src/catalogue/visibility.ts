import type { Switches } from '../switches.js'
import type { Overlay } from './overlay.js'
import { isBornActive } from './product.js'

/** What of a query decides which products it may show. */
interface Query {
  ids?: unknown
  skus?: unknown
  barcodes?: unknown
  includeInactive?: boolean
}

/** Which of the products that exist a query does not show. */
export interface Visibility {
  /** Whether any product may be hidden from such a query. */
  hidesAny(query: Query): boolean
  isHidden(id: number, query: Query): boolean
}

/** @param switches read at every use, so that a switch takes effect at once */
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

  /** Whether any product that exists is hidden from such a query. */
  function hidesAny(query: Query): boolean {
    const { unassociatedRows } = switches()
    return hidesInactive(query) || (unassociatedRows === 'hidden' && overlay.unassociated.size > 0)
  }

  function isHidden(id: number, query: Query): boolean {
    if (switches().unassociatedRows === 'hidden' && overlay.unassociated.has(id)) return true
    if (!hidesInactive(query)) return false
    return !(overlay.changes.get(id)?.fields.vigente ?? isBornActive(seed, id))
  }

  return { hidesAny, isHidden }
}
