import type { CianboxError } from '../errors.js'

/** When to retry, and after which delay. */
export interface RetryPolicy {
  /** Total number of requests, the first included. @defaultValue 5 */
  attempts: number
  /** Upper bound of the first backoff, in milliseconds; it doubles each time. @defaultValue 500 */
  baseDelayMs: number
  /** Upper bound of any backoff, in milliseconds. @defaultValue 30000 */
  maxDelayMs: number
  /** Upper limit of `Retry-After`, in milliseconds. @defaultValue 300000 */
  maxRetryAfterMs: number
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 30_000,
  maxRetryAfterMs: 300_000,
}

/** An error response with status 200 is probably permanent, so it is retried only once. */
const IN_BAND_ATTEMPTS = 2

/**
 * Whether to retry after the failure of attempt number `attempt` (from 1).
 * @param serverErrorAttempts upper limit of attempts that the server answers with an error
 */
export function mayRetry(
  error: CianboxError,
  attempt: number,
  isIdempotent: boolean,
  policy: RetryPolicy,
  serverErrorAttempts = policy.attempts,
): boolean {
  if (!error.retryable) return false
  // After a 429 the write was certainly not executed. After any other failure it may have been.
  if (!isIdempotent && error.kind !== 'rate_limited') return false
  if (error.kind !== 'server_error') return attempt < policy.attempts
  const limit = Math.min(policy.attempts, serverErrorAttempts)
  return attempt < (isInBand(error) ? Math.min(IN_BAND_ATTEMPTS, limit) : limit)
}

/** Whether it is an error response with status 200 (`status: "error"` in the body). */
export function isInBand(error: CianboxError): boolean {
  return error.kind === 'server_error' && error.status === 200
}

/**
 * Exponential backoff with full jitter, from 0 to the bound, and at least the server's `Retry-After`
 * (`floorMs`), in milliseconds.
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
