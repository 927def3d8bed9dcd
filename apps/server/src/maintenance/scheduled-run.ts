import type { Tx } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import { activeRun } from '../runs/run-store.js'
import { nextScheduledTime } from './cron.js'
import { readSchedule, type ScheduledKind } from './schedule-store.js'
import { readTimers, type TimerHandler } from './tenant-timers.js'

/** Interval at which a full run that waits for a smaller run tries again. */
const BUSY_RETRY_MS = 60_000
/** Least time between full runs that changes in the reference lists cause. */
const PROMOTION_INTERVAL_HOURS = 12

/**
 * Creates the handler of the `full` or `incremental` timer: starts the tenant's scheduled run. The occurrence is
 * skipped while a run is active; but a full run waits for a smaller run to end. Occurrences that were missed while
 * no process ran cause one run only.
 */
export function createScheduledRun(
  kind: ScheduledKind,
  deps: { runControl: Pick<RunControl, 'startIn'>; onEvent: (runId: string) => void },
): TimerHandler {
  return async (tx, tenantId, at) => {
    const cron = (await readSchedule(tx, tenantId))[kind]
    if (cron === null) return { next: null }
    const next = nextScheduledTime(cron, tenantId, at)
    if (!(await hasActiveConnection(tx, tenantId))) return { next }

    // When both are due, the full run includes the incremental one.
    const { full } = await readTimers(tx, tenantId)
    if (kind === 'incremental' && full && full <= at) return { next }

    const active = await activeRun(tx, tenantId)
    if (active) {
      const isWaiting = kind === 'full' && active.mode !== 'full'
      return { next: isWaiting ? earlier(next, new Date(at.getTime() + BUSY_RETRY_MS)) : next }
    }
    const mode = kind === 'incremental' && (await needsFull(tx, tenantId, at)) ? 'full' : kind
    const run = await deps.runControl.startIn(tx, tenantId, {
      mode,
      dryRun: false,
      ids: null,
      startedBy: null,
    })
    return run ? { next, afterwards: () => deps.onEvent(run.id) } : { next }
  }
}

export async function hasActiveConnection(tx: Tx, tenantId: string): Promise<boolean> {
  const { rows } = await tx.query<{ isActive: boolean }>(
    'SELECT is_active AS "isActive" FROM app.connections WHERE tenant_id = $1',
    [tenantId],
  )
  return rows[0]?.isActive ?? false
}

/**
 * Whether the ERP has notified a change in categories, brands, price lists, branches or exchange rates that no
 * completed full run has read yet. A change of rates changes prices but not the products' modification dates, so an
 * incremental run would miss it.
 */
async function needsFull(tx: Tx, tenantId: string, at: Date): Promise<boolean> {
  const { rows } = await tx.query<{ needed: boolean }>(
    `SELECT w.lists_changed_at > last.started_at AND last.started_at < $2::timestamptz - make_interval(hours => $3)
            AS needed
       FROM app.webhooks w
      CROSS JOIN LATERAL (
        SELECT r.started_at FROM app.runs r
         WHERE r.tenant_id = w.tenant_id AND r.mode = 'full' AND r.status = 'complete' AND NOT r.dry_run
         ORDER BY r.created_at DESC LIMIT 1) last
      WHERE w.tenant_id = $1`,
    [tenantId, at, PROMOTION_INTERVAL_HOURS],
  )
  // Before the first completed full run, an incremental run reads the whole catalogue anyway.
  return rows[0]?.needed ?? false
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}
