import { setTimeout as delay } from 'node:timers/promises'
import type { FairnessRig } from './rig.js'
import type { Turn } from './queue-waits.js'

/** Runs that a worker process has under way at once unless told otherwise (`ESPEJO_RUNS_AT_ONCE`). */
export const SLOTS = 100

/** A tenant's run, once somebody pressed the button. */
export interface Pressed {
  tenantId: string
  runId: string
}

/** Everybody presses, one right after the other: nothing else tells who came first. */
export async function pressAll({ control }: FairnessRig, tenants: readonly string[]): Promise<Pressed[]> {
  const pressed: Pressed[] = []
  for (const tenantId of tenants) {
    const request = { mode: 'full', dryRun: false, ids: null, startedBy: null } as const
    const { run } = await control.start(tenantId, request)
    pressed.push({ tenantId, runId: run.id })
  }
  return pressed
}

/** What was seen of the slots while a crowd was served. */
export interface Occupation {
  /** Most jobs under way at once. */
  most: number
  /** Most of them of one tenant. */
  mostOfOne: number
}

/** Waits until all of these have ended, or `patienceS` are over; watches the slots meanwhile. */
export async function untilEnded(
  rig: FairnessRig,
  pressed: readonly Pressed[],
  patienceS: number,
  signal: AbortSignal,
): Promise<Occupation> {
  const patience = AbortSignal.timeout(patienceS * 1000)
  const occupation: Occupation = { most: 0, mostOfOne: 0 }
  for (;;) {
    const now = await occupiedSlots(rig)
    occupation.most = Math.max(occupation.most, now.most)
    occupation.mostOfOne = Math.max(occupation.mostOfOne, now.mostOfOne)
    const { rowCount } = await rig.database.admin.query(
      'SELECT FROM app.runs WHERE run_id = ANY ($1) AND ended_at IS NULL LIMIT 1',
      [pressed.map(({ runId }) => runId)],
    )
    if (rowCount === 0 || patience.aborted) return occupation
    await delay(LOOK_MS, undefined, { signal })
  }
}

/** As the queue knows them: a run that was claimed has a job under way. */
export async function occupiedSlots({ database }: FairnessRig): Promise<Occupation> {
  const { rows } = await database.admin.query(
    `SELECT coalesce(sum(jobs), 0)::integer AS most, coalesce(max(jobs), 0)::integer AS "mostOfOne"
       FROM (SELECT count(*) AS jobs FROM pgboss.job
              WHERE name = 'runs' AND state = 'active' GROUP BY singleton_key) AS of_tenant`,
  )
  return rows[0]
}

/** The turns of these, and the time by the database's clock. */
export async function readTurns(
  { database }: FairnessRig,
  pressed: readonly Pressed[],
): Promise<{ turns: Turn[]; now: number; failed: number }> {
  const { rows } = await database.admin.query<Turn & { failed: boolean; now: number }>(
    `SELECT extract(epoch FROM created_at)::float8 AS asked, extract(epoch FROM started_at)::float8 AS started,
            extract(epoch FROM ended_at)::float8 AS ended, status = 'error' AS failed,
            extract(epoch FROM now())::float8 AS now
       FROM app.runs WHERE run_id = ANY ($1)`,
    [pressed.map(({ runId }) => runId)],
  )
  return { turns: rows, now: rows[0]?.now ?? 0, failed: rows.filter(({ failed }) => failed).length }
}

const LOOK_MS = 250
