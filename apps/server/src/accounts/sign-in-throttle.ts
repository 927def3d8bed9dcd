/**
 * Slows guessing at one account down without ever locking its owner out. The first failures from an
 * address are free; then each further attempt must wait, twice as long each time, up to 30 seconds.
 * An attempt that comes too early is refused with the time left and does not lengthen the wait. The
 * count is kept for the pair of account and address, so an attacker slows down nobody but whoever
 * shares the attacker's address, and those for half a minute at most.
 *
 * Kept in memory, for each process: with n processes an attacker gets n times the attempts.
 */
export interface SignInThrottle {
  /** 0: go ahead, and the attempt counts as a failure until {@link SignInThrottle.succeeded}; else the milliseconds to wait. */
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

/** Milliseconds until the next attempt is taken. */
export function waitFor(failures: Failures, now: number): number {
  if (failures.count < FREE || !isFresh(failures, now)) return 0
  const pause = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures.count - FREE))
  // A clock that was set back must not make anyone wait longer than the pause itself.
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
