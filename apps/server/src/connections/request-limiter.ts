import { setTimeout as delay } from 'node:timers/promises'
import { CianboxError, createLimiter, type Limiter, type OnDelay, type Sleep } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { BudgetSpentError } from './budget-spent.js'

export interface RequestLimiterOptions {
  /** The account that the client asks: the ERP's pauses are of one account. */
  cuenta: string
  now: () => Date
  /** Longest rest of an ERP's pause that is waited for. Runs wait for all of it. @defaultValue no limit */
  maxPauseMs?: number
  /** Requests of this client under way at once. @defaultValue 2 */
  concurrency?: number
  /** For tests. */
  sleep?: Sleep
}

/**
 * A limiter for one client of a tenant's ERP that keeps the tenant's pace across all clients on all
 * nodes: each request first reserves the tenant's next turn in the database. The turn is told by the
 * database's clock, as a time to wait, so that clocks of nodes need not agree. A turn that its request
 * gave up (a cancelled run) is not handed back: the next one is sent a little later than it might be.
 *
 * A pause that the ERP asks for (Retry-After) is stored there as well, so that it holds for every node,
 * and for the run that goes on after a pause, a restart or a takeover.
 *
 * `run` throws {@link BudgetSpentError} when the tenant's daily budget is used up, and CianboxError
 * `rate_limited` when the ERP's pause is longer than `maxPauseMs`.
 */
export function createRequestLimiter(pool: Pool, tenantId: string, options: RequestLimiterOptions): Limiter {
  const {
    cuenta,
    now,
    concurrency = 2,
    maxPauseMs = Number.POSITIVE_INFINITY,
    sleep = defaultSleep,
  } = options
  const atOnce = createLimiter({
    requestsPerSecond: Number.POSITIVE_INFINITY,
    concurrency,
    now: () => now().getTime(),
    sleep,
  })

  async function wait(ms: number, reason: Parameters<OnDelay>[1], signal: AbortSignal, onDelay?: OnDelay) {
    onDelay?.(new Date(now().getTime() + ms), reason)
    await sleep(ms, signal)
  }

  return {
    run: (send, signal, onDelay) =>
      atOnce.run(async () => {
        let turn = await reserveRequest(pool, tenantId, cuenta)
        // Asked again afterwards: meanwhile the pause may have been made longer.
        for (; turn.blockedMs > 0; turn = await reserveRequest(pool, tenantId, cuenta)) {
          if (turn.blockedMs > maxPauseMs) throw stillBlocked(turn.blockedMs)
          await wait(turn.blockedMs, 'retry_after', signal, onDelay)
        }
        if (turn.waitMs > 0) await wait(turn.waitMs, 'rate_limit', signal, onDelay)
        return send()
      }, signal),
    async block(pauseMs) {
      await pool.query('SELECT app.block_turns($1, $2, $3)', [tenantId, cuenta, pauseMs])
    },
  }
}

interface Turn {
  /** Until the turn; 0 for now. */
  waitMs: number
  /** Rest of the ERP's pause. While it lasts no turn is reserved. */
  blockedMs: number
}

/** @throws {@link BudgetSpentError} */
async function reserveRequest(pool: Pool, tenantId: string, cuenta: string): Promise<Turn> {
  const { rows } = await pool.query<{
    waitMs: number | null
    spentUntil: Date | null
    blockedMs: number | null
  }>(
    `SELECT wait_ms AS "waitMs", spent_until AS "spentUntil", blocked_ms AS "blockedMs"
       FROM app.take_turn($1, $2)`,
    [tenantId, cuenta],
  )
  const turn = rows[0]
  if (turn?.spentUntil) throw new BudgetSpentError(turn.spentUntil)
  // A timer may end a fraction early; a whole millisecond keeps the loop from spinning.
  return { waitMs: turn?.waitMs ?? 0, blockedMs: Math.ceil(turn?.blockedMs ?? 0) }
}

function stillBlocked(restMs: number): CianboxError {
  const seconds = Math.ceil(restMs / 1000)
  return new CianboxError('rate_limited', `Not sent: the server asked for a pause, ${seconds} s are left`, {
    operatorMessage: `Cianbox pidió una pausa en las consultas. Probá de nuevo en ${seconds} segundos.`,
    retryable: false,
    retryAfterMs: restMs,
  })
}

const defaultSleep: Sleep = (ms, signal) => delay(ms, undefined, signal ? { signal } : {})
