import type { Run, RunErrorCode, RunMode, RunPhase, RunStatus, Waiting } from '@espejo/contract'
import type { RunIntent } from './pure/transitions.js'

/** A row of `app.runs` as selected by {@link RUN_COLUMNS}, for the worker that claims it. */
export interface RunRow extends RunSummary {
  requestedIds: string[] | null
}

/** A run as a worker holds it: writes to it name the epoch, so that those of an earlier holder find no row. */
export type RunClaim = Pick<RunRow, 'tenantId' | 'id' | 'epoch'>

/**
 * The row without the ids of a run by ids, which can be 10,000, as selected by {@link RUN_SUMMARY_COLUMNS}. For
 * everything but the worker.
 */
export interface RunSummary {
  tenantId: string
  id: string
  mode: RunMode
  dryRun: boolean
  status: RunStatus
  intent: RunIntent | null
  phase: RunPhase | null
  epoch: number
  seq: number
  /** Claims since the last committed page. The column is `fruitless`. */
  claimsWithoutProgress: number
  pageSize: number | null
  /** Newest `updated` on the run's pages, ISO 8601 UTC. */
  newestSeen: string | null
  page: number
  totalPages: number
  created: number
  updated: number
  unchanged: number
  errors: number
  retired: number
  percent: number
  requests: number
  waiting: Waiting | null
  ratePerSecond: number | null
  etaSeconds: number | null
  startedBy: string | null
  startedByName: string | null
  createdAt: Date
  startedAt: Date | null
  endedAt: Date | null
  errorCode: RunErrorCode | null
  errorMessage: string | null
}

export const RUN_SUMMARY_COLUMNS = `
  tenant_id AS "tenantId", run_id AS id, mode, dry_run AS "dryRun", status, intent, phase, epoch, seq::float8 AS seq,
  fruitless AS "claimsWithoutProgress", page_size AS "pageSize",
  to_char(newest_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "newestSeen",
  page, total_pages AS "totalPages",
  created, updated, unchanged, errors, retired, percent, requests, waiting,
  rate_per_second AS "ratePerSecond", eta_seconds AS "etaSeconds", started_by AS "startedBy",
  (SELECT name FROM app.users u WHERE u.tenant_id = runs.tenant_id AND u.user_id = runs.started_by) AS "startedByName",
  created_at AS "createdAt", started_at AS "startedAt", ended_at AS "endedAt",
  error_code AS "errorCode", error_message AS "errorMessage"`

export const RUN_COLUMNS = `${RUN_SUMMARY_COLUMNS}, requested_ids::text[] AS "requestedIds"`

/** The row as the HTTP API returns it. */
export function toRun(row: RunSummary): Run {
  const totalProcessed = row.created + row.updated + row.unchanged
  return {
    id: row.id,
    mode: row.mode,
    dryRun: row.dryRun,
    status: row.status,
    phase: row.phase,
    page: row.page,
    totalPages: row.totalPages,
    totalProcessed,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    errors: row.errors,
    seen: totalProcessed + row.errors,
    retired: row.retired,
    percent: row.percent,
    requests: row.requests,
    waiting: row.waiting,
    ratePerSecond: row.ratePerSecond,
    etaSeconds: row.etaSeconds,
    startedBy: row.startedBy,
    startedByName: row.startedByName,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    error:
      row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? row.errorCode },
  }
}
