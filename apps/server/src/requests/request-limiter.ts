import { setTimeout as delay } from 'node:timers/promises'
import { createLimiter, type Limiter, type Sleep } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { BudgetSpentError } from './budget-spent.js'

/**
 * A limiter for one client of a tenant's ERP that keeps the tenant's pace across all clients on all
 * nodes: each request first reserves the tenant's next turn in the database. The turn is told by the
 * database's clock, as a time to wait, so that clocks of nodes need not agree. A turn that its request
 * gave up (a cancelled run) is not handed back: the next one is sent a little later than it might be.
 *
 * `run` throws {@link BudgetSpentError} when the tenant's daily budget is used up.
 *
 * @param options.concurrency requests of this client under way at once. @defaultValue 2
 * @param options.sleep for tests
 */
export function createRequestLimiter(
  pool: Pool,
  tenantId: string,
  options: { now: () => Date; concurrency?: number; sleep?: Sleep },
): Limiter {
  const { now, concurrency = 2, sleep = defaultSleep } = options
  const atOnce = createLimiter({
    requestsPerSecond: Number.POSITIVE_INFINITY,
    concurrency,
    now: () => now().getTime(),
    sleep,
  })
  return {
    run: (send, signal, onDelay) =>
      atOnce.run(async () => {
        const waitMs = await takeTurn(pool, tenantId)
        if (waitMs > 0) {
          onDelay?.(new Date(now().getTime() + waitMs))
          await sleep(waitMs, signal)
        }
        return send()
      }, signal),
  }
}

/**
 * Reserves the tenant's next turn: milliseconds until it, 0 for now.
 * @throws {@link BudgetSpentError}
 */
async function takeTurn(pool: Pool, tenantId: string): Promise<number> {
  const { rows } = await pool.query<{ waitMs: number | null; spentUntil: Date | null }>(
    'SELECT wait_ms AS "waitMs", spent_until AS "spentUntil" FROM app.take_turn($1)',
    [tenantId],
  )
  const turn = rows[0]
  if (turn?.spentUntil) throw new BudgetSpentError(turn.spentUntil)
  return turn?.waitMs ?? 0
}

const defaultSleep: Sleep = (ms, signal) => delay(ms, undefined, signal ? { signal } : {})
