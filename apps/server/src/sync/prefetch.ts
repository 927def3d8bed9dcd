/**
 * Fetches numbered pages in order, one ahead of the consumer: while a page is being committed the
 * next one is on its way, and never more than one waits in memory.
 * @param next the number of the page after this one, or null when it was the last.
 */
export async function* prefetched<T>(
  first: number,
  fetch: (page: number) => Promise<T>,
  next: (result: T, page: number) => number | null,
): AsyncGenerator<{ page: number; result: T }> {
  let page: number | null = first
  let pending: Promise<T> | null = fetch(first)
  while (page !== null && pending !== null) {
    const result: T = await pending
    const following = next(result, page)
    pending = following === null ? null : fetch(following)
    // The consumer meets a failure at its turn; until then it must not count as unhandled.
    pending?.catch(() => undefined)
    yield { page, result }
    page = following
  }
}
