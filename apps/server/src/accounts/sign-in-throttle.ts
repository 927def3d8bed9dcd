/**
 * Limits sign-in attempts against password guessing, without locking the owner out. A pair of account and
 * IP address has five attempts without a wait; after that, each failure doubles the wait, from 1 s up to 30 s.
 * An attempt during the wait is refused and does not lengthen it. Other addresses are not affected.
 *
 * The counts are in memory, per process: with n processes an attacker gets n times the attempts.
 */
export interface SignInThrottle {
  /** Milliseconds to wait. 0: try now; the attempt counts as a failure until {@link SignInThrottle.succeeded}. */
  attempt(account: string, address: string): number
  succeeded(account: string, address: string): void
}

export function createSignInThrottle(deps: { now: () => Date; maxPairs?: number }): SignInThrottle {
  const { maxPairs = 10_000 } = deps
  const pairs = new Map<string, Failures>()
  return {
    attempt(account, address) {
      const key = pairKey(account, address)
      const now = deps.now().getTime()
      const before = pairs.get(key)
      const wait = before ? waitFor(before, now) : 0
      if (wait > 0) return wait
      pairs.delete(key) // re-inserted as the newest
      pairs.set(key, { count: isFresh(before, now) ? before.count + 1 : 1, lastAt: now })
      const oldest = pairs.keys().next().value
      if (pairs.size > maxPairs && oldest !== undefined) pairs.delete(oldest)
      return 0
    },
    succeeded(account, address) {
      pairs.delete(pairKey(account, address))
    },
  }
}

export interface Failures {
  count: number
  /** Milliseconds since the epoch. */
  lastAt: number
}

/** Milliseconds until the next attempt is allowed. */
export function waitFor(failures: Failures, now: number): number {
  if (failures.count < FREE || !isFresh(failures, now)) return 0
  const pause = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures.count - FREE))
  // At most the pause, also when the clock was set back.
  return Math.min(pause, Math.max(0, failures.lastAt + pause - now))
}

const FREE = 5
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 30_000
const FORGET_MS = 15 * 60_000

function isFresh(failures: Failures | undefined, now: number): failures is Failures {
  return failures !== undefined && now - failures.lastAt < FORGET_MS
}

function pairKey(account: string, address: string): string {
  return `${address} ${account}`
}
