import type { Tx } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import { activeRun } from '../runs/run-store.js'
import { nextScheduledTime } from './cron.js'
import { readSchedule, type ScheduledKind } from './schedule-store.js'
import { readTimers, type TimerHandler } from './tenant-timers.js'

/** How soon a full run that found the tenant busy with something smaller tries again. */
const BUSY_MS = 60_000
/** Lists that the ERP says have changed are read by a full run at most this often. */
const PROMOTION_PAUSE_HOURS = 12

/**
 * Starts a tenant's scheduled run. It is left out while a run is active, but that a full run waits for
 * a smaller one to end. Whatever was missed while no process ran is made up for by this one run: the
 * next is due at the next occurrence from now.
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

    // Both at once, after a stop or in the same minute: the full run reads all that the other would.
    const { full } = await readTimers(tx, tenantId)
    if (kind === 'incremental' && full && full <= at) return { next }

    const active = await activeRun(tx, tenantId)
    if (active) {
      const waits = kind === 'full' && active.mode !== 'full'
      return { next: waits ? earlier(next, new Date(at.getTime() + BUSY_MS)) : next }
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
 * Whether the ERP has told of a change in categories, brands, price lists, branches or exchange rates
 * that no completed full run has read yet. Rates move prices without dating the products, so an
 * incremental run would not see them.
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
    [tenantId, at, PROMOTION_PAUSE_HOURS],
  )
  // Without a completed full run an incremental one walks the whole catalogue anyway.
  return rows[0]?.needed ?? false
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}
