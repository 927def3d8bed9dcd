import { setTimeout as delay } from 'node:timers/promises'
import { asksAPerson, type LoggedEvent, type Run } from '@espejo/contract'
import { waitFor } from '@espejo/tooling/until'
import type { Rig } from './rig.js'

/** The columns of a run's row that the invariants use. */
export interface RunRecord {
  id: string
  tenantId: string
  mode: Run['mode']
  status: Run['status']
  phase: Run['phase']
  epoch: number
  seq: number
  fruitless: number
  page: number
  totalPages: number
  created: number
  updated: number
  unchanged: number
  errors: number
  retired: number
  percent: number
  waiting: Run['waiting']
  errorCode: string | null
  errorMessage: string | null
}

/** An event of a run's log. */
export type LogEntry = LoggedEvent & { seq: number }

/** A run with its whole log. */
export interface RunWithLog {
  run: RunRecord
  log: LogEntry[]
}

type Admin = Rig['postgres']['admin']

/** All runs of a tenant, oldest first. */
export async function runsOf(admin: Admin, tenantId: string): Promise<RunRecord[]> {
  const { rows } = await admin.query<RunRecord>(
    `SELECT run_id AS id, tenant_id AS "tenantId", mode, status, phase, epoch, seq::float8 AS seq, fruitless, page,
            total_pages AS "totalPages", created, updated, unchanged, errors, retired, percent, waiting,
            error_code AS "errorCode", error_message AS "errorMessage"
       FROM app.runs WHERE tenant_id = $1 ORDER BY created_at`,
    [tenantId],
  )
  return rows
}

export async function withLogs(admin: Admin, tenantId: string): Promise<RunWithLog[]> {
  const runs = await runsOf(admin, tenantId)
  const { rows } = await admin.query<{ runId: string; entry: LogEntry }>(
    `SELECT run_id AS "runId", json_build_object('seq', seq, 'event', event, 'data', data) AS entry
       FROM app.run_events WHERE tenant_id = $1 ORDER BY run_id, seq`,
    [tenantId],
  )
  return runs.map((run) => ({
    run,
    log: rows.filter(({ runId }) => runId === run.id).map(({ entry }) => entry),
  }))
}

export async function findRun(admin: Admin, tenantId: string, runId: string): Promise<RunRecord> {
  const run = (await runsOf(admin, tenantId)).find(({ id }) => id === runId)
  if (!run) throw new Error(`No run ${runId}.`)
  return run
}

/** Starts a run; retries while the database restarts. */
export async function startRun(
  rig: Rig,
  tenantId: string,
  mode: 'full' | 'incremental' | 'ids',
  ids: string[] | null = null,
): Promise<string> {
  const request = { mode, dryRun: false, ids, startedBy: null }
  const { run } = await waitFor('a run is started', 30, () => rig.control.start(tenantId, request))
  return run.id
}

/**
 * Waits until a run has ended. Resumes a run that a person paused, and answers a sweep that waits for a
 * confirmation.
 */
export async function waitForEnd(
  rig: Rig,
  tenantId: string,
  runId: string,
  options: {
    seconds: number
    confirmsSweeps: boolean
    /** Whether a large loss in a reference list is confirmed. @defaultValue `confirmsSweeps` */
    confirmsLists?: boolean
    pauseMs: number
    isResumeSuspended?: () => boolean
  },
): Promise<RunRecord> {
  return waitFor(`run ${runId} of ${tenantId} ends`, options.seconds, async () => {
    const run = await findRun(rig.postgres.admin, tenantId, runId)
    if (run.status === 'paused' && !options.isResumeSuspended?.()) {
      await delay(options.pauseMs)
      const { confirmsSweeps, confirmsLists = confirmsSweeps } = options
      await answer(rig, run, run.waiting?.reason === 'guard' ? confirmsLists : confirmsSweeps)
    }
    return isEnded(run) && run
  })
}

export function isEnded({ status }: Pick<RunRecord, 'status'>): boolean {
  return status === 'complete' || status === 'error' || status === 'cancelled'
}

async function answer({ control }: Rig, run: RunRecord, confirms: boolean): Promise<void> {
  const { tenantId, id } = run
  if (!asksAPerson(run)) await control.resume(tenantId, id)
  else if (confirms) {
    await control.decideGuard(tenantId, id, { decision: 'confirmed', decidedBy: null })
  } else await control.cancel(tenantId, id)
}
