import { hasActiveConnection } from '../maintenance/scheduled-run.js'
import type { TimerHandler } from '../maintenance/tenant-timers.js'
import type { RunControl } from '../runs/run-control.js'
import { activeRun } from '../runs/run-store.js'
import {
  assignToRun,
  failuresInARow,
  hasAssignedRun,
  readPending,
  requeueUnfinished,
} from './pending-store.js'

/** Without news for this long, a burst of notifications is taken to be over. */
export const QUIET_MS = 2000
/** A stream of notifications that never rests is not waited for longer than this. */
const PATIENCE_MS = 30_000
/** Most ids of one run. */
const IDS_A_RUN = 10_000
/** How often it is looked whether the tenant's active run has ended. */
const BUSY_MS = 3000
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3600_000

/**
 * Turns the ids that notifications brought into runs. They wait while the burst goes on, while another
 * run is active, and, after a run that did not complete, a minute that doubles with each failure. An
 * id leaves the list in the transaction that starts its run, and comes back when that run does not
 * complete; so it is fetched at least once after every notification of it.
 */
export function createPendingProcessor(deps: {
  runControl: Pick<RunControl, 'startIn'>
  onEvent: (runId: string) => void
}): TimerHandler {
  return async (tx, tenantId, at) => {
    const later = (ms: number) => ({ next: new Date(at.getTime() + ms) })
    await requeueUnfinished(tx, tenantId, at)
    const pending = await readPending(tx, tenantId, IDS_A_RUN)
    if (!pending) return (await hasAssignedRun(tx, tenantId)) ? later(BUSY_MS) : { next: null }

    const isBurst = at.getTime() - pending.lastAt.getTime() < QUIET_MS
    const isPatient = at.getTime() - pending.firstAt.getTime() < PATIENCE_MS
    if (isBurst && isPatient) return later(QUIET_MS)

    const failures = await failuresInARow(tx, tenantId)
    const pauseEnd = (failures.lastAt?.getTime() ?? 0) + pauseAfter(failures.count)
    if (pauseEnd > at.getTime()) return { next: new Date(pauseEnd) }
    if (!(await hasActiveConnection(tx, tenantId))) return later(FIRST_PAUSE_MS)
    if (await activeRun(tx, tenantId)) return later(BUSY_MS)

    const run = await deps.runControl.startIn(tx, tenantId, {
      mode: 'ids',
      dryRun: false,
      ids: pending.ids,
      startedBy: null,
    })
    if (!run) return later(BUSY_MS)
    await assignToRun(tx, tenantId, run.id, pending.ids)
    return { ...later(BUSY_MS), afterwards: () => deps.onEvent(run.id) }
  }
}

function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
}
