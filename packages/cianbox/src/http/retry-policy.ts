import type { CianboxError } from '../errors.js'

/** When and how long to wait before asking again. */
export interface RetryPolicy {
  /** Requests in all, the first included. @defaultValue 5 */
  attempts: number
  /** Upper bound of the first wait; it doubles each time. @defaultValue 500 */
  baseDelayMs: number
  /** Upper bound of any backoff. @defaultValue 30000 */
  maxDelayMs: number
  /** Longest `Retry-After` that is obeyed. @defaultValue 300000 */
  maxRetryAfterMs: number
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 300_000,
}

/** An answer of 200 that says "error" was meant: asking twice is enough. */
const IN_BAND_ATTEMPTS = 2

/** Whether to ask again after this failure of attempt number `attempt` (from 1). */
export function mayRetry(
  error: CianboxError,
  attempt: number,
  isIdempotent: boolean,
  policy: RetryPolicy,
): boolean {
  if (!error.retryable) return false
  // A write that was refused for haste was not done; of any other failure nobody knows.
  if (!isIdempotent && error.kind !== 'rate_limited') return false
  const limit = isInBand(error) ? Math.min(IN_BAND_ATTEMPTS, policy.attempts) : policy.attempts
  return attempt < limit
}

/** Whether the server answered 200 and said "error" in the body. */
export function isInBand(error: CianboxError): boolean {
  return error.kind === 'server_error' && error.status === 200
}

/**
 * Exponential backoff with full jitter: anything from 0 to the bound. The server's `Retry-After`
 * is the floor of the wait.
 *
 * @param random in [0, 1)
 */
export function retryDelayMs(
  attempt: number,
  floorMs: number,
  random: number,
  policy: Pick<RetryPolicy, 'baseDelayMs' | 'maxDelayMs'>,
): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1))
  return Math.max(floorMs, Math.round(bound * random))
}
