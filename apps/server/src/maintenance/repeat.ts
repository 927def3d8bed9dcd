/**
 * Runs a task immediately and then at an interval. An interval that finds the task still running is skipped.
 * @returns a function that stops it and waits for the running task
 */
export function repeat(
  everyMs: number,
  task: () => Promise<unknown>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let last: Promise<unknown> | null = null
  const once = () => {
    last ??= task()
      .catch(onError)
      .finally(() => {
        last = null
      })
  }
  const timer = setInterval(once, everyMs)
  once()
  return async () => {
    clearInterval(timer)
    await last
  }
}
