import { setImmediate as turn } from 'node:timers/promises'

/**
 * Fetches numbered pages in order, one ahead of the consumer: while a page is being committed the next one is being
 * fetched. At most one page waits in memory.
 * @param prepare work on a page without network, done as soon as the page has arrived. If the consumer already waits
 * for that page, the request for the next one is sent first, so that the source works meanwhile.
 * @param next the number of the page after this one, or null after the last
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
      // The request for the next page, sent on this arrival, is written to its socket in this turn of the event loop.
      await turn()
      return prepare(fetched)
    })
    // The consumer gets the error when it reaches this page; until then it must not count as unhandled.
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
