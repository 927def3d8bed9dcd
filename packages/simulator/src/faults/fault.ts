/** Which requests a fault strikes. With nothing set: every request to `/productos`, for ever. */
export interface FaultTarget {
  /** Route without alias, such as `/productos/marcas` or `/auth/credentials`; `*` for any. Default `/productos`. */
  route?: string
  /** Only this page. */
  page?: number
  /** This page and those after it. */
  fromPage?: number
  /** Only requests that name this order. */
  order?: string
  /** Only requests that name ids, or only those that name none. */
  byId?: boolean
  /** Only requests that name this id among theirs. */
  asksFor?: number
  /** Only the n-th matching request since the injection, from 1. */
  nth?: number
  /** The n-th matching request and those after it. */
  fromNth?: number
  /** A share of the matching requests, 0–1, by the seed. */
  rate?: number
  /** At most so many strikes. */
  times?: number
}

/** Answers given instead of the true one. */
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

/** True answers whose rows or paging are wrong. */
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
      /** How many rows stay. */
      rows?: number
      /** The share of rows that stay, 0–1, in place of a number; 0: the number holds. */
      share?: number
      /** Which stay. `ends`: rows in the middle are missing. */
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
      /** Place of the poisoned row in the page, from 0. */
      index?: number
      /** Poison this product wherever it shows, instead of a place; 0 for none. */
      id?: number
    }

/**
 * What a page that lost rows says of how much there is: what it said before, that it is the last page, that
 * the page before it is, that there is one page, none, or one more than there was.
 */
export type Claim = 'stale' | 'here' | 'before' | 'one' | 'zero' | 'more'

/** What can be wrong with a row. */
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
  /** Sound JSON, and a number that no database takes. */
  | 'number-too-large'

/** True answers spoiled on their way. */
export type WireFault =
  /** 0 milliseconds: for ever. */
  | { kind: 'hang'; ms?: number }
  | { kind: 'reset' }
  | { kind: 'slow-drip'; bytes?: number; everyMs?: number }
  | { kind: 'cut-body'; share?: number }
  | { kind: 'truncated-json'; share?: number }
  | { kind: 'wrong-content-type'; contentType?: string }
  | { kind: 'invalid-utf8' }
  | { kind: 'huge-page'; megabytes?: number }
  | { kind: 'gzip-bomb'; megabytes?: number }

export type Fault = (AnswerFault | PageFault | WireFault) & FaultTarget
export type FaultKind = Fault['kind']

/** A fault of some kinds with every parameter set. */
type Complete<F, K> = Required<Extract<F, { kind: K }>>

/** The table of a stage: for each kind what it is, its parameters' defaults, and what it does. */
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
