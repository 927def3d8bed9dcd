import type { List, Reference, ReferenceKind } from '@espejo/contract'
import { useQuery } from '@tanstack/react-query'
import { request } from './request.js'

export const REFERENCES_KEY = ['references'] as const

const PAGE = 200
/** 10,000 items, more than any shop has. Stops paging when a server repeats a cursor. */
const MAX_PAGES = 50

/** All items of a list that products refer to. */
export function useReferences(kind: ReferenceKind) {
  return useQuery({
    queryKey: [...REFERENCES_KEY, kind],
    queryFn: ({ signal }) => readAll(kind, signal),
    // They change with a run only; `LiveSyncProvider` then invalidates them.
    staleTime: 5 * 60_000,
  })
}

async function readAll(kind: ReferenceKind, signal: AbortSignal): Promise<Reference[]> {
  const all: Reference[] = []
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const list: List<Reference> = await request('GET', `/api/references/${kind}`, {
      query: { limit: PAGE, cursor },
      signal,
    })
    all.push(...list.items)
    cursor = list.nextCursor
    if (cursor === null) break
  }
  return all
}
