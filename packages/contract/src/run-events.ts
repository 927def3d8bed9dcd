import type { RunErrorCode, RunMode, RunPhase, Waiting } from './run.js'

/** `event: start`: a run has started, or the viewer has joined one. */
export interface StartData {
  message: string
  timestamp: string
  runId: string
  mode: RunMode
}

/** `event: progress`: the ledger after one committed page. Every frame satisfies {@link isBalanced}. */
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
  /** 0–100; never decreases. */
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

/** `event: complete`: the ending of a successful run. */
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

/** `event: error`: the ending of a failed or cancelled run. */
export interface ErrorData {
  success: false
  /** A sentence for the operator: what happened, and what to do. */
  message: string
  timestamp: string
  code: RunErrorCode
}

/** Events in a run's log, each with its own seq. */
export type LoggedEvent =
  | { event: 'start'; data: StartData }
  | { event: 'progress'; data: ProgressData }
  | { event: 'complete'; data: CompleteData }
  | { event: 'error'; data: ErrorData }

/** A logged event with its cursor, `<run>.<seq>`. */
export type RunEvent = LoggedEvent & { id: string }

/** A product that a run has changed in the mirror. */
export interface ChangedProduct {
  id: string
  kind: 'created' | 'updated' | 'retired' | 'restored'
}

/**
 * `event: changes`, sent only with `?changes=1`: the products that changed in the mirror since the previous
 * `changes` event. `products: null`: too many products changed, or the stream has just started; the client
 * should reload what it shows of the mirror.
 */
export interface ChangesData {
  products: ChangedProduct[] | null
}

/** Events of the connection, not of the run. They have no id. */
export type ConnectionEvent =
  | { event: 'ping'; data: { timestamp: string } }
  | { event: 'reset'; data: { reason: 'unknown_cursor' } }
  | { event: 'drain'; data: { retryMs: number } }
  | { event: 'changes'; data: ChangesData }

export type StreamEvent = RunEvent | (ConnectionEvent & { id?: undefined })

/** Whether the counts of a frame add up (invariant I7: the ledger balances). */
export function isBalanced(
  p: Pick<ProgressData, 'created' | 'updated' | 'unchanged' | 'errors' | 'totalProcessed' | 'seen'>,
): boolean {
  return p.totalProcessed === p.created + p.updated + p.unchanged && p.seen === p.totalProcessed + p.errors
}

/** Formats a cursor: `r7k2m9` and 14 give `r7k2m9.14`. */
export function formatCursor(runId: string, seq: number): string {
  return `${runId}.${seq}`
}

/**
 * Parses a cursor such as `r7k2m9.14`. Returns null for any other text, so that a malicious `Last-Event-ID`
 * is treated as an unknown cursor. Each cursor has exactly one text form: no leading zeros.
 */
export function parseCursor(cursor: string): { runId: string; seq: number } | null {
  const match = /^([a-z0-9]{1,40})\.(0|[1-9]\d{0,14})$/.exec(cursor)
  if (!match?.[1] || !match[2]) return null
  return { runId: match[1], seq: Number(match[2]) }
}
