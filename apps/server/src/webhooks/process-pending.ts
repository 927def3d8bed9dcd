import { hasActiveConnection } from '../maintenance/scheduled-run.js'
import type { TimerHandler } from '../maintenance/tenant-timers.js'
import type { RunControl } from '../runs/run-control.js'
import { activeRun } from '../runs/run-store.js'
import {
  assignToRun,
  consecutiveFailures,
  hasAssignedRun,
  readPending,
  requeueUnfinished,
} from './pending-store.js'

/** Debounce: a burst of notifications ends after this time without another one. */
export const DEBOUNCE_MS = 2000
/** Longest time that a burst delays a run. */
const MAX_DEBOUNCE_MS = 30_000
/** Most ids of one run. */
const MAX_IDS_PER_RUN = 10_000
/** Interval at which the tenant's active run is checked for its end. */
const BUSY_RETRY_MS = 3000
const FIRST_BACKOFF_MS = 60_000
const MAX_BACKOFF_MS = 3600_000

/**
 * Creates the handler of the `notified` timer: starts runs by ids for the pending products. It waits during a burst
 * of notifications, while another run is active, and after a run that did not complete (from a minute, doubling). An
 * id is assigned to a run in the transaction that starts the run, and requeued when the run does not complete, so it
 * is fetched at least once after each notification.
 */
export function createPendingProcessor(deps: {
  runControl: Pick<RunControl, 'startIn'>
  onEvent: (runId: string) => void
}): TimerHandler {
  return async (tx, tenantId, at) => {
    const later = (ms: number) => ({ next: new Date(at.getTime() + ms) })
    await requeueUnfinished(tx, tenantId, at)
    const pending = await readPending(tx, tenantId, MAX_IDS_PER_RUN)
    if (!pending) return (await hasAssignedRun(tx, tenantId)) ? later(BUSY_RETRY_MS) : { next: null }

    const isBurst = at.getTime() - pending.lastAt.getTime() < DEBOUNCE_MS
    const isWithinMax = at.getTime() - pending.firstAt.getTime() < MAX_DEBOUNCE_MS
    if (isBurst && isWithinMax) return later(DEBOUNCE_MS)

    const failures = await consecutiveFailures(tx, tenantId)
    const backoffEnd = (failures.lastAt?.getTime() ?? 0) + backoffAfter(failures.count)
    if (backoffEnd > at.getTime()) return { next: new Date(backoffEnd) }
    if (!(await hasActiveConnection(tx, tenantId))) return later(FIRST_BACKOFF_MS)
    if (await activeRun(tx, tenantId)) return later(BUSY_RETRY_MS)

    const run = await deps.runControl.startIn(tx, tenantId, {
      mode: 'ids',
      dryRun: false,
      ids: pending.ids,
      startedBy: null,
    })
    if (!run) return later(BUSY_RETRY_MS)
    await assignToRun(tx, tenantId, run.id, pending.ids)
    return { ...later(BUSY_RETRY_MS), afterwards: () => deps.onEvent(run.id) }
  }
}

function backoffAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
}
