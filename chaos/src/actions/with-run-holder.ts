import type { Moment } from '../plan/plan.js'
import { findRun, isEnded } from '../rig/runs.js'
import { TooLateError, until } from '../rig/until.js'
import type { Worker } from '../rig/workers.js'
import type { Scene as WholeScene } from './perform-action.js'

type Scene = Pick<WholeScene, 'rig' | 'tenant' | 'runId'>

/** The moment is waited for no longer than this: the run may have ended meanwhile. */
const PATIENCE_S = 8

/**
 * Does something to the worker that holds the run, at a moment of a page's life; to any other worker
 * when none holds it.
 * @returns the worker, or undefined when there is none.
 */
export async function meetWorker(
  scene: Scene,
  moment: Moment,
  hit: (worker: Worker) => void,
): Promise<Worker | undefined> {
  const { workers } = scene.rig
  const choose = () => workers.holderOf(scene.runId) ?? workers.up()[0]
  let met: Worker | undefined
  const strike = () => {
    met = choose()
    if (met) hit(met)
  }
  if (moment === 'inside') await insideCommit(scene, strike)
  else {
    if (moment === 'committed') await afterNextCommit(scene)
    strike()
  }
  return met
}

/** Holds the run's row, so that the page's transaction is open and waits when the blow comes. */
async function insideCommit({ rig, tenant, runId }: Scene, strike: () => void): Promise<void> {
  const holder = await rig.postgres.admin.connect()
  let broken: Error | undefined
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 FOR NO KEY UPDATE', [
      tenant.id,
      runId,
    ])
    await inTime('a commit waits for the row', () => isAnyoneBlocked(holder))
    strike()
    await holder.query('ROLLBACK')
  } catch (error) {
    broken = error as Error
    throw error
  } finally {
    holder.release(broken)
  }
}

async function isAnyoneBlocked(holder: {
  query: Scene['rig']['postgres']['admin']['query']
}): Promise<boolean> {
  const { rows } = await holder.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`,
  )
  return (rows[0]?.n ?? 0) > 0
}

async function afterNextCommit({ rig, tenant, runId }: Scene): Promise<void> {
  const look = () => findRun(rig.postgres.admin, tenant.id, runId)
  const { seq } = await look()
  await inTime('the next commit', async () => {
    const run = await look()
    return run.seq > seq || isEnded(run)
  })
}

async function inTime(what: string, ask: () => Promise<boolean>): Promise<void> {
  try {
    await until(what, PATIENCE_S, ask)
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
  }
}
