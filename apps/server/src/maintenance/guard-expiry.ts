import type { RunControl } from '../runs/run-control.js'
import type { TimerHandler } from './tenant-timers.js'

/** How often a process whose clock is ahead of the database's asks again. */
const LONGEST_LOOK_MS = 60_000

/**
 * Ends the run whose question nobody has answered. Due by this process's clock, decided by the
 * database's: where the two differ, it is looked at again within a minute.
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
    return { next: againInMs === null ? null : new Date(at.getTime() + Math.min(againInMs, LONGEST_LOOK_MS)) }
  }
}
