import { type DatabaseClock, readDatabaseClock } from '../db/database-clock.js'
import { createClockDriftCheck } from './clock-drift.js'
import { oncePerCluster } from './periodic-task.js'
import { type RecoveryDeps, recoverStaleRuns } from './recover-stale-runs.js'
import { repeat } from './repeat.js'
import { applyRetention, type Retention } from './retention.js'
import { runDueTimers, type TimerHandlers } from './tenant-timers.js'

/** What every process does beside its own work, for all tenants. Any number of them may. */
export interface Maintenance {
  /** Stops, and waits for what is under way. */
  stop(): Promise<void>
}

export interface MaintenanceDeps extends RecoveryDeps {
  handlers: TimerHandlers
  retention: Retention
  /** The process's clock, which is only compared with the database's. */
  now: () => Date
  /** What due work and recovery go by. @defaultValue PostgreSQL's */
  clock?: DatabaseClock
  onError: (error: unknown, task: string) => void
  /** Called once for each time that the process's clock drifts too far, with the difference in words. */
  onClockDrift: (difference: string) => void
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * Due work every second, in each process; recovery of stale runs every minute and retention every hour, in one
 * process of the cluster. The first of each at once.
 */
export function startMaintenance(deps: MaintenanceDeps): Maintenance {
  const { pool, handlers, now, clock = readDatabaseClock, onError } = deps
  const task = (everyMs: number, name: string, work: () => Promise<unknown>) =>
    repeat(everyMs, work, (error) => onError(error, name))
  const of = (name: string) => (error: unknown, tenantId: string) => onError(error, `${name} of ${tenantId}`)
  const stops = [
    task(1000, 'due work', () => runDueTimers(pool, handlers, clock, of('due work'))),
    task(MINUTE_MS, 'recovery', () =>
      oncePerCluster(pool, 'recovery', MINUTE_MS, () => recoverStaleRuns(deps, clock, of('recovery'))),
    ),
    task(HOUR_MS, 'retention', () =>
      oncePerCluster(pool, 'retention', HOUR_MS, async ({ isAfterBreak }) => {
        // Nothing can be undeleted: a clock that has jumped ahead gets an hour to be set right.
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
