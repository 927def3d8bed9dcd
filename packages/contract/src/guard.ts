/** What needs a decision: `retire` products that the ERP no longer lists, or unusual `values` or `schema`. */
export type GuardKind = 'retire' | 'values' | 'schema'

/** How a guard ended. `expired`: nobody decided in time. */
export type GuardDecision = 'confirmed' | 'refused' | 'expired'

/** One product, or one entry of a reference list, that a guard affects, as last stored in the mirror. */
export interface GuardItem {
  cianboxId: string
  /** Null if the mirror does not contain it. */
  name: string | null
  /** This and the following fields are set only for products. */
  sku: string | null
  categoryName: string | null
  price: string | null
  stock: string | null
}

/**
 * A decision that a run needs from a person before it continues, with a page of the affected items. While
 * the run waits, its `waiting.reason` is `sweep_confirmation` (products to retire) or `guard`.
 */
export interface Guard {
  kind: GuardKind
  /** `products`, or the kind of a reference list, such as `brands`. */
  subject: string
  /** Number of items that would be retired or changed. */
  count: number
  /** Number of items in the mirror. */
  of: number
  /** Number of items retired recently without a decision; they count towards the limit. */
  earlier: number
  /** `(count + earlier) / of`: 0.4 is 40 %. */
  share: number
  /** The share above which a decision is needed: 0.15 is 15 %. */
  limit: number
  /** Incremented when the guard changes. A confirmation that sends it applies only to what was shown. */
  revision: number
  /** For products: the count of each category, the largest first; `name` is null for no category. */
  breakdown: { name: string | null; count: number }[]
  items: GuardItem[]
  nextCursor: string | null
  openedAt: string
  /** When the run ends with `guard_expired` if nobody has decided. */
  expiresAt: string
  /** Null: not decided. The run's `waiting` shows whether the run still waits. */
  decision: GuardDecision | null
  /** The user's id; null also if nobody decided. */
  decidedBy: string | null
  decidedByName: string | null
  decidedAt: string | null
}
