import { setTimeout as delay } from 'node:timers/promises'

/** Something did not happen in its time. The message says what was waited for. */
export class TooLateError extends Error {
  override name = 'TooLateError'
}

/**
 * Asks until the answer is truthy, and gives it. An asking that throws counts as "not yet": the
 * database may be down just now, on purpose. One that hangs is not waited for past the time.
 * @throws {@link TooLateError} after `seconds`, with what the last asking threw as its cause.
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
