import type { FaultTarget } from './fault.js'

/** The parts of a request that a fault's target matches. */
export interface FaultRequest {
  route: string
  page: number
  /** Null: the request has no `order`. */
  order: string | null
  /** Null: the request has no ids. */
  ids: readonly number[] | null
}

/** Whether a request matches a target, without its counts (`nth`, `fromNth`, `rate`, `times`). */
export function isTargeted(target: FaultTarget, { route, page, order, ids }: FaultRequest): boolean {
  const wanted = target.route ?? '/productos'
  if (wanted !== '*' && wanted !== route) return false
  if (target.page !== undefined && target.page !== page) return false
  if (target.fromPage !== undefined && page < target.fromPage) return false
  if (target.order !== undefined && target.order !== order) return false
  if (target.byId !== undefined && target.byId !== (ids !== null)) return false
  return target.asksFor === undefined || (ids?.includes(target.asksFor) ?? false)
}
