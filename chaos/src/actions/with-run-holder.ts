import { TooLateError, waitFor } from '@espejo/tooling/until'
import type { Moment } from '../plan/plan.js'
import { findRun, isEnded } from '../rig/runs.js'
import type { Worker } from '../rig/workers.js'
import type { ActionContext } from './action-context.js'

type RunContext = Pick<ActionContext, 'rig' | 'tenant' | 'runId'>

/** Longest wait for the moment: the run may have ended meanwhile. */
const MOMENT_TIMEOUT_S = 8

/**
 * Waits for a moment of a page's life and calls `action` with the worker that holds the run; with any other
 * worker when none holds it.
 * @returns the worker, or undefined when there is none.
 */
export async function withRunHolder(
  context: RunContext,
  moment: Moment,
  action: (worker: Worker) => void,
): Promise<Worker | undefined> {
  const { workers } = context.rig
  let worker: Worker | undefined
  const inject = () => {
    worker = workers.holderOf(context.runId) ?? workers.up()[0]
    if (worker) action(worker)
  }
  if (moment === 'inside') await insideCommit(context, inject)
  else {
    if (moment === 'committed') await afterNextCommit(context)
    inject()
  }
  return worker
}

/** Locks the run's row, so that the page's transaction is open and blocked when `inject` is called. */
async function insideCommit({ rig, tenant, runId }: RunContext, inject: () => void): Promise<void> {
  const holder = await rig.postgres.admin.connect()
  let broken: Error | undefined
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT FROM app.runs WHERE tenant_id = $1 AND run_id = $2 FOR NO KEY UPDATE', [
      tenant.id,
      runId,
    ])
    await inTime('a commit waits for the row', () => isAnyoneBlocked(holder))
    inject()
    await holder.query('ROLLBACK')
  } catch (error) {
    broken = error as Error
    throw error
  } finally {
    holder.release(broken)
  }
}

async function isAnyoneBlocked(holder: {
  query: RunContext['rig']['postgres']['admin']['query']
}): Promise<boolean> {
  const { rows } = await holder.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))`,
  )
  return (rows[0]?.n ?? 0) > 0
}

async function afterNextCommit({ rig, tenant, runId }: RunContext): Promise<void> {
  const look = () => findRun(rig.postgres.admin, tenant.id, runId)
  const { seq } = await look()
  await inTime('the next commit', async () => {
    const run = await look()
    return run.seq > seq || isEnded(run)
  })
}

/** Waits for the condition, and goes on without it after {@link MOMENT_TIMEOUT_S}. */
async function inTime(what: string, condition: () => Promise<boolean>): Promise<void> {
  try {
    await waitFor(what, MOMENT_TIMEOUT_S, condition)
  } catch (error) {
    if (!(error instanceof TooLateError)) throw error
  }
}
