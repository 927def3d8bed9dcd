import type { RunMode } from '@espejo/contract'
import type { Tx } from '../db/pool.js'
import { RUN_SUMMARY_COLUMNS, type RunSummary } from './run-row.js'

export interface NewRun {
  id: string
  mode: RunMode
  dryRun: boolean
  requestedIds: string[] | null
  startedBy: string | null
}

/** Inserts a queued run; null when the tenant has an active one. The caller appends its `start` event as seq 1. */
export async function insertRun(tx: Tx, tenantId: string, run: NewRun): Promise<RunSummary | null> {
  const { rows } = await tx.query<RunSummary>(
    `INSERT INTO app.runs (tenant_id, run_id, mode, dry_run, requested_ids, status, started_by, seq)
     VALUES ($1, $2, $3, $4, $5, 'queued', $6, 1)
     ON CONFLICT (tenant_id) WHERE status IN ('queued', 'running', 'paused') DO NOTHING
     RETURNING ${RUN_SUMMARY_COLUMNS}`,
    [tenantId, run.id, run.mode, run.dryRun, run.requestedIds, run.startedBy],
  )
  return rows[0] ?? null
}

export async function findRun(tx: Tx, tenantId: string, runId: string): Promise<RunSummary | null> {
  const { rows } = await tx.query<RunSummary>(
    `SELECT ${RUN_SUMMARY_COLUMNS} FROM app.runs WHERE tenant_id = $1 AND run_id = $2`,
    [tenantId, runId],
  )
  return rows[0] ?? null
}

/**
 * As {@link findRun}, with a row lock until the transaction ends. `NO KEY`: the foreign keys of a page that a worker
 * is writing lock the run's key from the first statement on, and a request or a takeover must not wait for that.
 */
export async function lockRun(tx: Tx, tenantId: string, runId: string): Promise<RunSummary | null> {
  const { rows } = await tx.query<RunSummary>(
    `SELECT ${RUN_SUMMARY_COLUMNS} FROM app.runs WHERE tenant_id = $1 AND run_id = $2 FOR NO KEY UPDATE`,
    [tenantId, runId],
  )
  return rows[0] ?? null
}

export async function activeRun(tx: Tx, tenantId: string): Promise<RunSummary | null> {
  const { rows } = await tx.query<RunSummary>(
    `SELECT ${RUN_SUMMARY_COLUMNS} FROM app.runs
      WHERE tenant_id = $1 AND status IN ('queued', 'running', 'paused')`,
    [tenantId],
  )
  return rows[0] ?? null
}

/** The tenant's runs, newest first. @param cursor id of the run after which the list continues */
export async function listRuns(
  tx: Tx,
  tenantId: string,
  limit: number,
  cursor: string | null,
): Promise<RunSummary[]> {
  const { rows } = await tx.query<RunSummary>(
    `SELECT ${RUN_SUMMARY_COLUMNS} FROM app.runs
      WHERE tenant_id = $1 AND ($2::text IS NULL OR (created_at, run_id) <
            (SELECT created_at, run_id FROM app.runs WHERE tenant_id = $1 AND run_id = $2))
      ORDER BY created_at DESC, run_id DESC LIMIT $3`,
    [tenantId, cursor, limit],
  )
  return rows
}
