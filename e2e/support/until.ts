/**
 * Waits for a condition: asks again until it is truthy, and answers that.
 * @throws after `seconds`, with the last answer, so that a test says what it waited for in vain.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  seconds = 20,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const answer = await condition()
    if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s in vain: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
