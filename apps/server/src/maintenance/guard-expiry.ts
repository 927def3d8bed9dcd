import type { RunControl } from '../runs/run-control.js'
import type { TimerHandler } from './tenant-timers.js'

/** Longest time until a guard that has not expired yet is checked again. */
const MAX_RECHECK_MS = 60_000

/**
 * Creates the handler of the `guard` timer: ends a run whose guard has expired without a decision. A guard that has
 * not expired yet is checked again within a minute.
 */
export function createGuardExpiry(deps: {
  runControl: Pick<RunControl, 'expireGuardIn'>
  onEvent: (runId: string) => void
}): TimerHandler {
  return async (tx, tenantId, at) => {
    const outcome = await deps.runControl.expireGuardIn(tx, tenantId)
    if (outcome.ended) {
      const { id } = outcome.ended
      return { next: null, afterwards: () => deps.onEvent(id) }
    }
    const { againInMs } = outcome
    return { next: againInMs === null ? null : new Date(at.getTime() + Math.min(againInMs, MAX_RECHECK_MS)) }
  }
}
