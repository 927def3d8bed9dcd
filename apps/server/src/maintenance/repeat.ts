/** Does a task at once and then at an interval, never twice at the same time. What it returns stops that and waits for the last. */
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
