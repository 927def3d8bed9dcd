/**
 * Starts parts that each say how to be stopped, and stops them in the reverse order. If one fails to
 * start, those before it are stopped again.
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
