import type { Pool } from '../db/pool.js'
import type { RunControl } from '../runs/run-control.js'
import { tendRuns } from './care.js'
import { type DueHandlers, doDueWork } from './due-work.js'
import { applyRetention, type Retention } from './retention.js'

/** What every process does beside its own work, for all tenants. Any number of them may. */
export interface Housekeeping {
  /** Stops, and waits for what is under way. */
  stop(): Promise<void>
}

export interface HousekeepingDeps {
  pool: Pool
  runControl: Pick<RunControl, 'resume'>
  handlers: DueHandlers
  retention: Retention
  now: () => Date
  /** Called after a commit that wrote to a run's log. */
  onEvent: (runId: string) => void
  onError: (error: unknown, chore: string) => void
}

/** Due work every second, runs that nobody tends every minute, retention every hour; the first of each at once. */
export function startHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { pool, handlers, now, onError } = deps
  const chores = [
    repeat(1000, 'due work', onError, () =>
      doDueWork(pool, handlers, now(), (error, tenantId) => onError(error, `due work of ${tenantId}`)),
    ),
    repeat(60_000, 'untended runs', onError, () => tendRuns(deps, now())),
    repeat(3600_000, 'retention', onError, () => applyRetention(pool, deps.retention, now())),
  ]
  return {
    async stop() {
      await Promise.all(chores.map((stopOne) => stopOne()))
    },
  }
}

/** Does a chore again and again, never twice at once. What it returns stops that and waits for the last. */
function repeat(
  everyMs: number,
  name: string,
  onError: (error: unknown, chore: string) => void,
  chore: () => Promise<unknown>,
): () => Promise<void> {
  let last: Promise<unknown> | null = null
  const once = () => {
    last ??= chore()
      .catch((error) => onError(error, name))
      .finally(() => {
        last = null
      })
  }
  const timer = setInterval(once, everyMs)
  once()
  return async () => {
    clearInterval(timer)
    await last
  }
}
