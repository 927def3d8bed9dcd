/** Of what a run asks: `retire` what the source no longer shows, `values` or `schema` that look unlike before. */
export type GuardKind = 'retire' | 'values' | 'schema'

/** How a question ended. `expired`: nobody answered in time. */
export type GuardDecision = 'confirmed' | 'refused' | 'expired'

/** One product, or one entry of a reference list, that a guard is about, as the mirror last had it. */
export interface GuardItem {
  cianboxId: string
  /** Null while the mirror does not have it. */
  name: string | null
  /** The rest is of products alone. */
  sku: string | null
  categoryName: string | null
  price: string | null
  stock: string | null
}

/**
 * What a run asks a person before it goes on, with a page of what it is about. While the run waits
 * for the answer its `waiting.reason` is `sweep_confirmation` (products to be retired) or `guard`.
 */
export interface Guard {
  kind: GuardKind
  /** `products`, or the kind of a reference list, such as `brands`. */
  subject: string
  /** How many would be retired or changed. */
  count: number
  /** How many the mirror lists. */
  of: number
  /** How many of them were retired lately without a question, and count towards the limit. */
  earlier: number
  /** `(count + earlier) / of`: 0.4 is 40 %. */
  share: number
  /** The share above which a person is asked: 0.15 is 15 %. */
  limit: number
  /** Rises when the question changes. Sent with a yes, it confirms what was shown and nothing else. */
  revision: number
  /** Of products: how many of each category, the largest first; `name` null: without one. */
  breakdown: { name: string | null; count: number }[]
  items: GuardItem[]
  nextCursor: string | null
  openedAt: string
  /** When the run ends by itself with `guard_expired`, if nobody has decided. */
  expiresAt: string
  /** Null: not decided. Whether the run still waits for it, the run's `waiting` says. */
  decision: GuardDecision | null
  /** The user's id; null also where nobody decided. */
  decidedBy: string | null
  decidedByName: string | null
  decidedAt: string | null
}
