import type { List } from '@espejo/contract'
import { request } from './request.js'

/**
 * The cursor of the next page; `undefined` after the last one. A cursor that occurs twice ends the
 * list, so that a faulty server cannot cause endless requests.
 */
export function nextPageParam<T>(
  last: List<T>,
  _pages: List<T>[],
  _lastParam: string | null,
  params: (string | null)[],
): string | undefined {
  const next = last.nextCursor
  return next === null || params.includes(next) ? undefined : next
}

/**
 * The rows of all loaded pages without duplicate keys (the first one stays): while a sync writes, a
 * row can move to a later page.
 */
export function flattenPages<T>(pages: readonly List<T>[], keyOf: (item: T) => string): T[] {
  const rows = new Map<string, T>()
  for (const page of pages) {
    for (const item of page.items) {
      const key = keyOf(item)
      if (!rows.has(key)) rows.set(key, item)
    }
  }
  return [...rows.values()]
}

/**
 * The options of `useInfiniteQuery` that every list of the API shares.
 *
 * @param query - Parameters of the request; the cursor is added page by page.
 */
export function pagedQuery<Page extends List<unknown>>(
  queryKey: readonly unknown[],
  path: string,
  query: Record<string, string | number | null>,
) {
  return {
    queryKey,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      request<Page>('GET', path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: nextPageParam<unknown>,
  }
}
