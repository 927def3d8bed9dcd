import type { DatabaseClock } from '../db/database-clock.js'
import { type Pool, switchToTenant, type Tx, withMaintenance, withTenant } from '../db/pool.js'

/**
 * The timers of a tenant: rows of `app.due_work`. `full`, `incremental`: a scheduled run. `notified`: notified ids are
 * pending. `guard`: a guard expires (`openGuard` schedules it).
 */
export type TimerKind = 'full' | 'incremental' | 'notified' | 'guard'

/**
 * Handles a due timer, in a transaction of its tenant, at the database's time `at`.
 * @returns when the timer is due again (null: not scheduled), and what to do after the commit
 */
export type TimerHandler = (
  tx: Tx,
  tenantId: string,
  at: Date,
) => Promise<{ next: Date | null; afterwards?: () => void }>

export type TimerHandlers = Readonly<Record<TimerKind, TimerHandler>>

/** Delay after a failure. */
const RETRY_MS = 60_000
/** Most timers handled by one call. */
const MAX_TIMERS_PER_PASS = 200

/** Schedules a timer at `at`, unless it is already scheduled earlier. */
export async function scheduleNoLaterThan(
  tx: Tx,
  tenantId: string,
  kind: TimerKind,
  at: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO app.due_work AS d (tenant_id, kind, due_at) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, kind) DO UPDATE SET due_at = least(d.due_at, excluded.due_at)`,
    [tenantId, kind, at],
  )
}

/** Schedules a timer at exactly `at`; null: removes it. */
export async function schedule(tx: Tx, tenantId: string, kind: TimerKind, at: Date | null): Promise<void> {
  await tx.query('DELETE FROM app.due_work WHERE tenant_id = $1 AND kind = $2', [tenantId, kind])
  if (at) await scheduleNoLaterThan(tx, tenantId, kind, at)
}

/** When each of a tenant's timers is due. Absent: not scheduled. */
export async function readTimers(tx: Tx, tenantId: string): Promise<Partial<Record<TimerKind, Date>>> {
  const { rows } = await tx.query<{ kind: TimerKind; at: Date }>(
    'SELECT kind, due_at AS at FROM app.due_work WHERE tenant_id = $1',
    [tenantId],
  )
  return Object.fromEntries(rows.map(({ kind, at }) => [kind, at]))
}

/**
 * Handles the due timers of all tenants, the longest overdue first, by the database's clock. Several nodes may call
 * it at once: a timer's row stays locked until its handler's transaction has committed, so each is handled once. A
 * timer whose handler fails is due again in a minute, and the others are not affected.
 * @returns the number of timers handled, failures included
 */
export async function runDueTimers(
  pool: Pool,
  handlers: TimerHandlers,
  clock: DatabaseClock,
  onError: (error: unknown, tenantId: string) => void,
): Promise<number> {
  let done = 0
  while (done < MAX_TIMERS_PER_PASS && (await handleNext(pool, handlers, clock, onError))) done += 1
  return done
}

interface DueTimer {
  tenantId: string
  kind: TimerKind
}

async function handleNext(
  pool: Pool,
  handlers: TimerHandlers,
  clock: DatabaseClock,
  onError: (error: unknown, tenantId: string) => void,
): Promise<boolean> {
  let timer: (DueTimer & { at: Date }) | undefined
  try {
    const afterwards = await withMaintenance(pool, async (tx) => {
      const at = await clock(tx)
      const due = await lockNextDue(tx, at)
      if (!due) return undefined
      timer = { ...due, at }
      const { tenantId, kind } = due
      await switchToTenant(tx, tenantId)
      const { next, afterwards } = await handlers[kind](tx, tenantId, at)
      await schedule(tx, tenantId, kind, next)
      return afterwards
    })
    afterwards?.()
  } catch (error) {
    if (!timer) throw error
    const { tenantId, kind, at } = timer
    await withTenant(pool, tenantId, (tx) => schedule(tx, tenantId, kind, new Date(at.getTime() + RETRY_MS)))
    onError(error, tenantId)
  }
  return timer !== undefined
}

async function lockNextDue(tx: Tx, at: Date): Promise<DueTimer | undefined> {
  const { rows } = await tx.query<DueTimer>(
    `SELECT tenant_id AS "tenantId", kind FROM app.due_work WHERE due_at <= $1
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [at],
  )
  return rows[0]
}
