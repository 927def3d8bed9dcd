import { setTimeout as delay } from 'node:timers/promises'
import type { RunTimes } from './queue-waits.js'
import type { FairnessRig } from './rig.js'

/** Runs that a worker process has under way at once unless told otherwise (`ESPEJO_RUNS_AT_ONCE`). */
export const SLOTS = 100

/** A tenant's started run. */
export interface StartedRun {
  tenantId: string
  runId: string
}

/** Starts a run of each tenant, one after the other, so that their order is defined. */
export async function startRuns({ control }: FairnessRig, tenants: readonly string[]): Promise<StartedRun[]> {
  const started: StartedRun[] = []
  for (const tenantId of tenants) {
    const request = { mode: 'full', dryRun: false, ids: null, startedBy: null } as const
    const { run } = await control.start(tenantId, request)
    started.push({ tenantId, runId: run.id })
  }
  return started
}

/** The use of job slots while a batch ran. */
export interface Occupation {
  /** Most concurrent jobs. */
  most: number
  /** Most concurrent jobs of one tenant. */
  mostOfOne: number
}

/** Waits until all runs have ended, `timeoutS` seconds at most, and records the use of job slots. */
export async function waitForEnd(
  rig: FairnessRig,
  started: readonly StartedRun[],
  timeoutS: number,
  signal: AbortSignal,
): Promise<Occupation> {
  const timeout = AbortSignal.timeout(timeoutS * 1000)
  const occupation: Occupation = { most: 0, mostOfOne: 0 }
  for (;;) {
    const now = await occupiedSlots(rig)
    occupation.most = Math.max(occupation.most, now.most)
    occupation.mostOfOne = Math.max(occupation.mostOfOne, now.mostOfOne)
    const { rowCount } = await rig.database.admin.query(
      'SELECT FROM app.runs WHERE run_id = ANY ($1) AND ended_at IS NULL LIMIT 1',
      [started.map(({ runId }) => runId)],
    )
    if (rowCount === 0 || timeout.aborted) return occupation
    await delay(POLL_MS, undefined, { signal })
  }
}

/** The active jobs in the queue. */
export async function occupiedSlots({ database }: FairnessRig): Promise<Occupation> {
  const { rows } = await database.admin.query(
    `SELECT coalesce(sum(jobs), 0)::integer AS most, coalesce(max(jobs), 0)::integer AS "mostOfOne"
       FROM (SELECT count(*) AS jobs FROM pgboss.job
              WHERE name = 'runs' AND state = 'active' GROUP BY singleton_key) AS of_tenant`,
  )
  return rows[0]
}

/** The times of these runs, and the database's current time. */
export async function readRunTimes(
  { database }: FairnessRig,
  started: readonly StartedRun[],
): Promise<{ times: RunTimes[]; now: number; failed: number }> {
  const { rows } = await database.admin.query<RunTimes & { failed: boolean; now: number }>(
    `SELECT extract(epoch FROM created_at)::float8 AS "requestedAt", extract(epoch FROM started_at)::float8 AS started,
            extract(epoch FROM ended_at)::float8 AS ended, status = 'error' AS failed,
            extract(epoch FROM now())::float8 AS now
       FROM app.runs WHERE run_id = ANY ($1)`,
    [started.map(({ runId }) => runId)],
  )
  return { times: rows, now: rows[0]?.now ?? 0, failed: rows.filter(({ failed }) => failed).length }
}

const POLL_MS = 250
