import type { Page } from '../http/paging.js'
import type { Claim } from './fault.js'

/** The totals of each claim, in both dialects. */
const TOTALS: Readonly<Record<Claim, (page: Page, requested: number) => { pages: number; total: number }>> = {
  stale: ({ totalPages, total, limit }) => ({ pages: totalPages ?? Math.ceil(total / limit), total }),
  here: ({ rows, limit }, requested) => ({ pages: requested, total: (requested - 1) * limit + rows.length }),
  before: ({ limit }, requested) => ({ pages: requested - 1, total: (requested - 1) * limit }),
  one: ({ total, limit }) => ({ pages: 1, total: Math.min(total, limit) }),
  zero: () => ({ pages: 0, total: 0 }),
  more: ({ total, limit }) => ({ pages: Math.ceil(total / limit) + 1, total: total + limit }),
}

export const CLAIMS = Object.keys(TOTALS) as readonly Claim[]

/** The page with the claim's totals, in both dialects. A `total_pages` that is left out stays out. */
export function withClaimedTotals(page: Page, claim: Claim, requested: number): Page {
  const { pages, total } = TOTALS[claim](page, requested)
  return { ...page, totalPages: page.totalPages === null ? null : pages, total }
}
