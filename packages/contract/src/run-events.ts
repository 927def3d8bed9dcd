import type { RunErrorCode, RunMode, RunPhase, Waiting } from './run.js'

/** `event: start`: a run has begun, or the viewer has just joined one. */
export interface StartData {
  message: string
  timestamp: string
  runId: string
  mode: RunMode
}

/** `event: progress`: the ledger as of one committed page. Every frame satisfies {@link isBalanced}. */
export interface ProgressData {
  page: number
  totalPages: number
  productsInPage: number
  /** created + updated + unchanged. */
  totalProcessed: number
  created: number
  updated: number
  /** Rejected rows. */
  errors: number
  /** 0–100, never goes back. */
  percent: number
  unchanged: number
  /** totalProcessed + errors. */
  seen: number
  phase: RunPhase
  ratePerSecond: number | null
  etaSeconds: number | null
  requests: number
  waiting: Waiting | null
}

/** `event: complete`: the one good ending. */
export interface CompleteData {
  success: true
  totalProducts: number
  created: number
  updated: number
  errors: number
  pages: number
  /** Milliseconds. */
  duration: number
  timestamp: string
  unchanged: number
  retired: number
  requests: number
}

/** `event: error`: the one other ending, a cancelled run's too. */
export interface ErrorData {
  success: false
  /** A sentence for the operator: what happened and what to do. */
  message: string
  timestamp: string
  code: RunErrorCode
}

/** Events that are written to a run's log, each with its own seq. */
export type LoggedEvent =
  | { event: 'start'; data: StartData }
  | { event: 'progress'; data: ProgressData }
  | { event: 'complete'; data: CompleteData }
  | { event: 'error'; data: ErrorData }

/** A logged event with its place in the log, as `<run>.<seq>`. */
export type RunEvent = LoggedEvent & { id: string }

/** A product that a run has changed in the mirror. */
export interface ChangedProduct {
  id: string
  kind: 'created' | 'updated' | 'retired' | 'restored'
}

/**
 * `event: changes`, for who asks with `?changes=1`: what has changed in the mirror since the one before.
 * `products: null`: too much to name, or the stream has just begun. Then what is shown of the mirror
 * should be read anew.
 */
export interface ChangesData {
  products: ChangedProduct[] | null
}

/** Events of the connection rather than the run. They carry no id. */
export type ConnectionEvent =
  | { event: 'ping'; data: { timestamp: string } }
  | { event: 'reset'; data: { reason: 'unknown_cursor' } }
  | { event: 'drain'; data: { retryMs: number } }
  | { event: 'changes'; data: ChangesData }

export type StreamEvent = RunEvent | (ConnectionEvent & { id?: undefined })

/** Whether the counts of a frame agree with each other (invariant I7: the ledger balances). */
export function isBalanced(
  p: Pick<ProgressData, 'created' | 'updated' | 'unchanged' | 'errors' | 'totalProcessed' | 'seen'>,
): boolean {
  return p.totalProcessed === p.created + p.updated + p.unchanged && p.seen === p.totalProcessed + p.errors
}

/** `r7k2m9` and 14 to `r7k2m9.14`. */
export function formatCursor(runId: string, seq: number): string {
  return `${runId}.${seq}`
}

/**
 * `r7k2m9.14` to its parts; null for anything else, so that a hostile `Last-Event-ID` is simply
 * an unknown cursor. A cursor has one spelling: no leading zeros.
 */
export function parseCursor(cursor: string): { runId: string; seq: number } | null {
  const match = /^([a-z0-9]{1,40})\.(0|[1-9]\d{0,14})$/.exec(cursor)
  if (!match?.[1] || !match[2]) return null
  return { runId: match[1], seq: Number(match[2]) }
}
