import type { DatabaseClock } from '../db/database-clock.js'
import { actFor, type Pool, type Tx, withMaintenance, withTenant } from '../db/pool.js'

/**
 * `full`, `incremental`: a scheduled run. `notified`: ids that notifications brought. `guard`: a question
 * that nobody has answered (`openGuard` writes it).
 */
export type TimerKind = 'full' | 'incremental' | 'notified' | 'guard'

/**
 * Does one piece of due work, in its tenant's transaction, at the database's time `at`.
 * @returns when it is due again (null: not until someone asks), and what to do once that has committed
 */
export type TimerHandler = (
  tx: Tx,
  tenantId: string,
  at: Date,
) => Promise<{ next: Date | null; afterwards?: () => void }>

export type TimerHandlers = Readonly<Record<TimerKind, TimerHandler>>

/** After a failure, so that one tenant's trouble holds up nobody else's work. */
const RETRY_MS = 60_000
/** A pass lets others have their turn after so many. */
const A_PASS = 200

/** Makes it due at `at`, or earlier where it already is. */
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

/** Makes it due at `at` and not before; null: not at all. */
export async function schedule(tx: Tx, tenantId: string, kind: TimerKind, at: Date | null): Promise<void> {
  await tx.query('DELETE FROM app.due_work WHERE tenant_id = $1 AND kind = $2', [tenantId, kind])
  if (at) await scheduleNoLaterThan(tx, tenantId, kind, at)
}

export async function readTimers(tx: Tx, tenantId: string): Promise<Partial<Record<TimerKind, Date>>> {
  const { rows } = await tx.query<{ kind: TimerKind; at: Date }>(
    'SELECT kind, due_at AS at FROM app.due_work WHERE tenant_id = $1',
    [tenantId],
  )
  return Object.fromEntries(rows.map(({ kind, at }) => [kind, at]))
}

/**
 * Does what is due, the longest overdue first. On any number of nodes at once each piece is done once:
 * its row stays locked until what it led to has committed. One that fails is tried again in a minute. What is
 * due, and when it is due again, goes by the database's clock.
 * @returns how many pieces were done, failures included
 */
export async function runDueTimers(
  pool: Pool,
  handlers: TimerHandlers,
  clock: DatabaseClock,
  onError: (error: unknown, tenantId: string) => void,
): Promise<number> {
  let done = 0
  while (done < A_PASS && (await doOne(pool, handlers, clock, onError))) done += 1
  return done
}

interface Due {
  tenantId: string
  kind: TimerKind
}

async function doOne(
  pool: Pool,
  handlers: TimerHandlers,
  clock: DatabaseClock,
  onError: (error: unknown, tenantId: string) => void,
): Promise<boolean> {
  let taken: (Due & { at: Date }) | undefined
  try {
    const afterwards = await withMaintenance(pool, async (tx) => {
      const at = await clock(tx)
      const due = await takeOne(tx, at)
      if (!due) return undefined
      taken = { ...due, at }
      const { tenantId, kind } = due
      await actFor(tx, tenantId)
      const { next, afterwards } = await handlers[kind](tx, tenantId, at)
      await schedule(tx, tenantId, kind, next)
      return afterwards
    })
    afterwards?.()
  } catch (error) {
    if (!taken) throw error
    const { tenantId, kind, at } = taken
    await withTenant(pool, tenantId, (tx) => schedule(tx, tenantId, kind, new Date(at.getTime() + RETRY_MS)))
    onError(error, tenantId)
  }
  return taken !== undefined
}

async function takeOne(tx: Tx, at: Date): Promise<Due | undefined> {
  const { rows } = await tx.query<Due>(
    `SELECT tenant_id AS "tenantId", kind FROM app.due_work WHERE due_at <= $1
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [at],
  )
  return rows[0]
}
