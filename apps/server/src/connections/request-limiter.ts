import { setTimeout as delay } from 'node:timers/promises'
import { CianboxError, createLimiter, type Limiter, type OnDelay, type Sleep } from '@espejo/cianbox'
import type { Pool } from '../db/pool.js'
import { BudgetSpentError } from './budget-spent.js'

export interface RequestLimiterOptions {
  /** The client's account: the ERP's pauses apply to one account. */
  cuenta: string
  now: () => Date
  /** Longest remaining pause of the ERP to wait for. Runs wait for any pause. @defaultValue no limit */
  maxPauseMs?: number
  /** Most concurrent requests of this client. @defaultValue 2 */
  concurrency?: number
  /** For tests. */
  sleep?: Sleep
}

/**
 * Creates the limiter of one client. All clients of a tenant, on all nodes, share the tenant's rate: each request
 * first reserves a time slot in the database, which answers with the milliseconds to wait, so the nodes' clocks need
 * not agree. The slot of a cancelled request is lost.
 *
 * A pause that the ERP demands (`Retry-After`) is stored in the database too. It applies to all nodes, and still
 * after a restart.
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
  const concurrencyLimiter = createLimiter({
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
      concurrencyLimiter.run(async () => {
        let reservation = await reserveRequest(pool, tenantId, cuenta)
        // Loop: the pause may be extended while this waits.
        for (; reservation.blockedMs > 0; reservation = await reserveRequest(pool, tenantId, cuenta)) {
          if (reservation.blockedMs > maxPauseMs) throw stillBlocked(reservation.blockedMs)
          await wait(reservation.blockedMs, 'retry_after', signal, onDelay)
        }
        if (reservation.waitMs > 0) await wait(reservation.waitMs, 'rate_limit', signal, onDelay)
        return send()
      }, signal),
    async block(pauseMs) {
      await pool.query('SELECT app.block_requests($1, $2, $3)', [tenantId, cuenta, pauseMs])
    },
  }
}

interface Reservation {
  /** Until the reserved slot; 0: send now. */
  waitMs: number
  /** Remaining pause of the ERP. Above 0, no slot was reserved. */
  blockedMs: number
}

/** @throws {@link BudgetSpentError} */
async function reserveRequest(pool: Pool, tenantId: string, cuenta: string): Promise<Reservation> {
  const { rows } = await pool.query<{
    waitMs: number | null
    spentUntil: Date | null
    blockedMs: number | null
  }>(
    `SELECT wait_ms AS "waitMs", spent_until AS "spentUntil", blocked_ms AS "blockedMs"
       FROM app.reserve_request($1, $2)`,
    [tenantId, cuenta],
  )
  const row = rows[0]
  if (row?.spentUntil) throw new BudgetSpentError(row.spentUntil)
  // Rounded up, because timers may fire slightly early and the loop would then query again at once.
  return { waitMs: row?.waitMs ?? 0, blockedMs: Math.ceil(row?.blockedMs ?? 0) }
}

function stillBlocked(remainingMs: number): CianboxError {
  const seconds = Math.ceil(remainingMs / 1000)
  return new CianboxError('rate_limited', `Not sent: the server asked for a pause, ${seconds} s are left`, {
    operatorMessage: `Cianbox pidió una pausa en las consultas. Probá de nuevo en ${seconds} segundos.`,
    retryable: false,
    retryAfterMs: remainingMs,
  })
}

const defaultSleep: Sleep = (ms, signal) => delay(ms, undefined, signal ? { signal } : {})
