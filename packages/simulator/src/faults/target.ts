import type { FaultTarget } from './fault.js'

/** What a fault's target looks at in a request. */
export interface StruckRequest {
  route: string
  page: number
  /** Null: the request names none. */
  order: string | null
  /** Null: the request names none. */
  ids: readonly number[] | null
}

/** Whether a request is of the kind that a target names; which of those are struck is counted elsewhere. */
export function isTargeted(target: FaultTarget, { route, page, order, ids }: StruckRequest): boolean {
  const wanted = target.route ?? '/productos'
  if (wanted !== '*' && wanted !== route) return false
  if (target.page !== undefined && target.page !== page) return false
  if (target.fromPage !== undefined && page < target.fromPage) return false
  if (target.order !== undefined && target.order !== order) return false
  if (target.byId !== undefined && target.byId !== (ids !== null)) return false
  return target.asksFor === undefined || (ids?.includes(target.asksFor) ?? false)
}
