import { setTimeout as delay } from 'node:timers/promises'

/** A condition was not met in time. The message names it. */
export class TooLateError extends Error {
  override name = 'TooLateError'
}

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>

/**
 * Polls a condition until it is truthy, and returns its value.
 * @throws {@link TooLateError} after `seconds`, with the source of the condition; and what the condition throws
 */
export async function until<T>(condition: () => T | Promise<T>, seconds = 20): Promise<Truthy<T>> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const value = await condition()
    if (value) return value as Truthy<T>
    if (performance.now() > deadline) throw new TooLateError(`Not within ${seconds} s: ${condition}`)
    await delay(25)
  }
}

/**
 * {@link until} while parts fail on purpose: a condition that throws counts as not met yet, and one that does not
 * settle is abandoned at the deadline.
 * @param what names the condition in the error
 * @throws {@link TooLateError} after `seconds`; its cause is the last error of the condition
 */
export async function waitFor<T>(
  what: string,
  seconds: number,
  condition: () => T | Promise<T>,
): Promise<Truthy<T>> {
  const deadline = performance.now() + seconds * 1000
  let cause: unknown
  while (performance.now() < deadline) {
    try {
      const left = deadline - performance.now()
      const value = await Promise.race([condition(), delay(left, null, { ref: false })])
      if (value) return value as Truthy<T>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await delay(50)
  }
  throw new TooLateError(`${what}: not within ${seconds} s`, { cause })
}
