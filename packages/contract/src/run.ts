/** What a run reads: the whole catalogue, what changed since the watermark, or named products. */
export type RunMode = 'full' | 'incremental' | 'ids'

/** The state of a run. The last three are final. */
export type RunStatus = 'queued' | 'running' | 'paused' | 'complete' | 'error' | 'cancelled'

/**
 * Phase of a run. `references`: the reference lists (categories, brands, …); `products`: all pages of the
 * catalogue; `drift`: products that changed during the run; `sweep`: retirement of products that the ERP no
 * longer lists.
 */
export type RunPhase = 'references' | 'products' | 'drift' | 'sweep'

/** Why a run currently waits, and until when (ISO 8601), if known. */
export interface Waiting {
  reason: WaitingReason
  until: string | null
}

/** `sweep_confirmation` and `guard` wait for a person's decision: see {@link asksAPerson}. */
export type WaitingReason =
  | 'retry_after'
  | 'backoff'
  | 'rate_limit'
  | 'circuit_open'
  | 'daily_budget'
  | 'sweep_confirmation'
  | 'guard'
  | 'paused'

/** Why a run ended without completing. Stable: programs may switch on it. */
export type RunErrorCode =
  | 'cancelled'
  | 'connection_missing'
  | 'connection_inactive'
  | 'connection_changed'
  | 'connection_unreadable'
  | 'upstream_auth'
  | 'upstream_account'
  | 'upstream_forbidden'
  | 'upstream_unreachable'
  | 'upstream_timeout'
  | 'upstream_rate_limited'
  | 'upstream_server_error'
  | 'upstream_invalid_response'
  | 'upstream_too_large'
  | 'upstream_paging'
  | 'incomplete_pass'
  | 'guard_refused'
  | 'guard_expired'
  | 'clock_skew'
  | 'worker_lost'
  | 'no_progress'
  | 'internal'

/** A run as the HTTP API shows it. Times are ISO 8601 UTC. */
export interface Run {
  id: string
  mode: RunMode
  dryRun: boolean
  status: RunStatus
  phase: RunPhase | null
  page: number
  totalPages: number
  /** created + updated + unchanged. */
  totalProcessed: number
  created: number
  updated: number
  unchanged: number
  /** Rejected rows. */
  errors: number
  /** totalProcessed + errors: the rows that the ERP sent. */
  seen: number
  retired: number
  percent: number
  /** Requests that this run sent to the ERP. */
  requests: number
  waiting: Waiting | null
  ratePerSecond: number | null
  etaSeconds: number | null
  startedBy: string | null
  /** The current name of the user who started it; null if Espejo does not store the user, as when embedded. */
  startedByName: string | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  error: { code: RunErrorCode; message: string } | null
}

const FINAL: ReadonlySet<RunStatus> = new Set(['complete', 'error', 'cancelled'])

/** Whether a run in this status can no longer change. */
export function isFinal(status: RunStatus): boolean {
  return FINAL.has(status)
}

/** Whether a run waits until a person decides about the guard of `GET …/runs/:id/guard`. */
export function asksAPerson(run: Pick<Run, 'status' | 'waiting'>): boolean {
  const reason = run.waiting?.reason
  return run.status === 'paused' && (reason === 'sweep_confirmation' || reason === 'guard')
}
