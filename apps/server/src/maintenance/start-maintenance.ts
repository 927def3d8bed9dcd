import { type DatabaseClock, readDatabaseClock } from '../db/database-clock.js'
import { createClockWatch } from './clock-watch.js'
import { onceACluster } from './periodic-task.js'
import { type RecoveryDeps, recoverRuns } from './recover-stale-runs.js'
import { repeat } from './repeat.js'
import { applyRetention, type Retention } from './retention.js'
import { type DueHandlers, doDueWork } from './tenant-timers.js'

/** What every process does beside its own work, for all tenants. Any number of them may. */
export interface Housekeeping {
  /** Stops, and waits for what is under way. */
  stop(): Promise<void>
}

export interface HousekeepingDeps extends RecoveryDeps {
  handlers: DueHandlers
  retention: Retention
  /** The process's clock, which is only compared with the database's. */
  now: () => Date
  /** What due work and recovery go by. @defaultValue PostgreSQL's */
  clock?: DatabaseClock
  onError: (error: unknown, chore: string) => void
  /** Called once for each time that the process's clock drifts too far, with the difference in words. */
  onClockDrift: (difference: string) => void
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * Due work every second, in each process; recovery of stale runs every minute and retention every hour, in one
 * process of the cluster. The first of each at once.
 */
export function startHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { pool, handlers, now, clock = readDatabaseClock, onError } = deps
  const task = (everyMs: number, name: string, work: () => Promise<unknown>) =>
    repeat(everyMs, work, (error) => onError(error, name))
  const of = (name: string) => (error: unknown, tenantId: string) => onError(error, `${name} of ${tenantId}`)
  const stops = [
    task(1000, 'due work', () => doDueWork(pool, handlers, clock, of('due work'))),
    task(MINUTE_MS, 'recovery', () =>
      onceACluster(pool, 'recovery', MINUTE_MS, () => recoverRuns(deps, clock, of('recovery'))),
    ),
    task(HOUR_MS, 'retention', () =>
      onceACluster(pool, 'retention', HOUR_MS, async ({ isAfterBreak }) => {
        // Nothing can be undeleted: a clock that has jumped ahead gets an hour to be set right.
        if (!isAfterBreak) await applyRetention(pool, deps.retention, clock)
      }),
    ),
    task(MINUTE_MS, 'clock', createClockWatch(pool, now, deps.onClockDrift)),
  ]
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
