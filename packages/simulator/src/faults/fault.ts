/** Which requests a fault applies to. Without any field: every request to `/productos`, without end. */
export interface FaultTarget {
  /** Route without alias, such as `/productos/marcas` or `/auth/credentials`; `*` for any. Default `/productos`. */
  route?: string
  /** Only this page. */
  page?: number
  /** This page and those after it. */
  fromPage?: number
  /** Only requests with this `order`. */
  order?: string
  /** `true`: only requests with ids; `false`: only requests without. */
  byId?: boolean
  /** Only requests whose ids include this one. */
  asksFor?: number
  /** Only the n-th matching request since the injection, from 1. */
  nth?: number
  /** The n-th matching request and those after it. */
  fromNth?: number
  /** A share of the matching requests, 0–1, chosen by the seed. */
  rate?: number
  /** The fault is applied at most this many times. */
  times?: number
}

/** Responses sent instead of the correct one. */
export type AnswerFault =
  | { kind: 'unauthorized' }
  | { kind: 'forbidden' }
  | {
      kind: 'too-many-requests'
      retryAfter?: 'seconds' | 'date' | 'absent' | 'absurd'
      seconds?: number
      /** The header's text for `absurd`. */
      absurd?: string
    }
  | { kind: 'server-error'; status?: number }
  | { kind: 'bad-gateway-html' }
  | { kind: 'html-ok' }
  | { kind: 'status-error'; text?: string }

/** Responses whose rows or paging are altered. */
export type PageFault =
  | { kind: 'page-as-text' }
  | { kind: 'total-pages-missing' }
  | { kind: 'total-pages-growing'; by?: number }
  | { kind: 'total-pages-shrinking'; by?: number }
  | { kind: 'duplicate-in-page'; rows?: number }
  | { kind: 'duplicate-across-pages'; rows?: number }
  | { kind: 'shift'; by?: number }
  | { kind: 'empty-page'; claims?: Claim }
  | {
      kind: 'short-page'
      /** Number of rows that stay. */
      rows?: number
      /** Share of rows that stay, 0–1; replaces `rows`, unless it is 0. */
      share?: number
      /** Which rows stay. `ends`: rows in the middle are missing. */
      keep?: 'first' | 'last' | 'ends'
      claims?: Claim
    }
  | { kind: 'total-fixed'; pages?: number }
  | { kind: 'total-lags'; rows?: number }
  | { kind: 'limit-shrinks'; limit?: number; isTotalStale?: boolean }
  | { kind: 'order-ignored' }
  | { kind: 'row-replaced'; index?: number }
  | { kind: 'other-page'; shows?: number }
  /** 0 rows: all of them. */
  | { kind: 'nameless-rows'; rows?: number }
  | { kind: 'foreign-rows'; rows?: number }
  | { kind: 'endless-page'; repeats?: number }
  | {
      kind: 'poison-row'
      poison?: Poison
      /** Index of the poisoned row in the page, from 0. */
      index?: number
      /** Poison this product on any page, instead of an index; 0 for none. */
      id?: number
    }

/**
 * The totals of a page whose rows are missing. `stale`: unchanged; `here`: this page is the last; `before`:
 * the previous page is the last; `one`: one page; `zero`: none; `more`: one page more.
 */
export type Claim = 'stale' | 'here' | 'before' | 'one' | 'zero' | 'more'

/** How a row is made invalid. */
export type Poison =
  | 'no-name'
  | 'name-not-text'
  | 'no-id'
  | 'id-not-a-number'
  | 'price-nan'
  | 'price-huge'
  | 'price-negative'
  | 'price-ten-decimals'
  | 'nul-in-text'
  | 'lone-surrogate'
  | 'not-an-object'
  /** Valid JSON with a number that no database column can store. */
  | 'number-too-large'

/** Responses that are damaged in transmission. */
export type TransmissionFault =
  /** `ms` 0: without end. */
  | { kind: 'hang'; ms?: number }
  | { kind: 'reset' }
  | { kind: 'slow-drip'; bytes?: number; everyMs?: number }
  | { kind: 'cut-body'; share?: number }
  | { kind: 'truncated-json'; share?: number }
  | { kind: 'wrong-content-type'; contentType?: string }
  | { kind: 'invalid-utf8' }
  | { kind: 'huge-page'; megabytes?: number }
  | { kind: 'gzip-bomb'; megabytes?: number }

export type Fault = (AnswerFault | PageFault | TransmissionFault) & FaultTarget
export type FaultKind = Fault['kind']

/** A fault of some kinds with every parameter set. */
type Complete<F, K> = Required<Extract<F, { kind: K }>>

/** The faults of one stage: for each kind a description, its parameters' defaults, and its effect. */
export type FaultTable<
  F extends { kind: string },
  Act extends (fault: never, ...rest: never[]) => unknown,
> = {
  readonly [K in F['kind']]: {
    readonly about: string
    readonly defaults: Omit<Complete<F, K>, 'kind'>
    readonly act: (fault: Complete<F, K>, ...rest: RestOf<Act>) => ReturnType<Act>
  }
}

type RestOf<Act> = Act extends (fault: never, ...rest: infer Rest) => unknown ? Rest : never
