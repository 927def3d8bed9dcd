/**
 * Runs `start`, which registers a cleanup with `onStop` for each service that it starts.
 * @returns what `start` returns, and `stop`, which runs the cleanups in reverse order
 * @throws what `start` throws, after the cleanups
 */
export async function startWithCleanup<T>(
  start: (onStop: (stop: () => Promise<void>) => void) => Promise<T>,
): Promise<{ started: T; stop: () => Promise<void> }> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne()
  }
  try {
    return { started: await start((stopOne) => stops.push(stopOne)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
