import { setImmediate as turn } from 'node:timers/promises'

/**
 * Fetches numbered pages in order, one ahead of the consumer: while a page is being committed the
 * next one is on its way, and never more than one waits in memory.
 * @param prepare work on a page that needs no network. It is done as soon as the page is there; where
 * the consumer waits for that page, the request for the one after it goes out first, so that the
 * source works meanwhile.
 * @param next the number of the page after this one, or null when it was the last.
 */
export async function* prefetched<T, R>(
  first: number,
  fetch: (page: number) => Promise<T>,
  prepare: (fetched: T) => R,
  next: (page: number) => number | null,
): AsyncGenerator<{ page: number; result: R }> {
  const load = (page: number) => {
    const arrived = fetch(page)
    const ready = arrived.then(async (fetched) => {
      // The request for the next page, which this arrival sets off, is written within this turn.
      await turn()
      return prepare(fetched)
    })
    // The consumer meets a failure at its turn; until then it must not count as unhandled.
    ready.catch(() => undefined)
    return { page, arrived, ready }
  }
  let ahead: ReturnType<typeof load> | null = load(first)
  while (ahead !== null) {
    const { page, arrived, ready } = ahead
    await arrived
    const following = next(page)
    ahead = following === null ? null : load(following)
    yield { page, result: await ready }
  }
}
