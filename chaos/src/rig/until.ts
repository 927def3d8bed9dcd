import { setTimeout as delay } from 'node:timers/promises'

/** A condition was not met in time. The message names it. */
export class TooLateError extends Error {
  override name = 'TooLateError'
}

/**
 * Polls a condition until it is truthy, and returns its value. A condition that throws counts as not met yet: an
 * action may have stopped the database. One that does not settle is abandoned at the deadline.
 * @throws {@link TooLateError} after `seconds`; its cause is the last error of the condition.
 */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => T | Promise<T>,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + seconds * 1000
  let cause: unknown
  while (performance.now() < deadline) {
    try {
      const left = deadline - performance.now()
      const answer = await Promise.race([ask(), delay(left, null, { ref: false })])
      if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await delay(50)
  }
  throw new TooLateError(`${what}: not within ${seconds} s`, { cause })
}
