import { type DatabaseClock, readDatabaseClock } from '../db/database-clock.js'
import { createClockDriftCheck } from './clock-drift.js'
import { oncePerCluster } from './periodic-task.js'
import { type RecoveryDeps, recoverStaleRuns } from './recover-stale-runs.js'
import { repeat } from './repeat.js'
import { applyRetention, type Retention } from './retention.js'
import { runDueTimers, type TimerHandlers } from './tenant-timers.js'

/** The periodic tasks of a process, for all tenants. Every process may run them. */
export interface Maintenance {
  /** Stops, and waits for running tasks. */
  stop(): Promise<void>
}

export interface MaintenanceDeps extends RecoveryDeps {
  handlers: TimerHandlers
  retention: Retention
  /** The process's clock. Only compared with the database's. */
  now: () => Date
  /** The clock of timers, recovery and retention. @defaultValue PostgreSQL's */
  clock?: DatabaseClock
  onError: (error: unknown, task: string) => void
  /** Called each time that the process's clock becomes too different, with the difference in words. */
  onClockDrift: (difference: string) => void
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * Starts the periodic tasks: the tenants' timers every second in each process; recovery of stale runs every minute
 * and retention every hour, in one process of the cluster. Each runs immediately the first time.
 */
export function startMaintenance(deps: MaintenanceDeps): Maintenance {
  const { pool, handlers, now, clock = readDatabaseClock, onError } = deps
  const task = (everyMs: number, name: string, work: () => Promise<unknown>) =>
    repeat(everyMs, work, (error) => onError(error, name))
  const of = (name: string) => (error: unknown, tenantId: string) => onError(error, `${name} of ${tenantId}`)
  const stops = [
    task(1000, 'timers', () => runDueTimers(pool, handlers, clock, of('timers'))),
    task(MINUTE_MS, 'recovery', () =>
      oncePerCluster(pool, 'recovery', MINUTE_MS, () => recoverStaleRuns(deps, clock, of('recovery'))),
    ),
    task(HOUR_MS, 'retention', () =>
      oncePerCluster(pool, 'retention', HOUR_MS, async ({ isAfterBreak }) => {
        // Deleted data cannot be restored: a clock that has jumped ahead can be corrected within an hour.
        if (!isAfterBreak) await applyRetention(pool, deps.retention, clock)
      }),
    ),
    task(MINUTE_MS, 'clock', createClockDriftCheck(pool, now, deps.onClockDrift)),
  ]
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
