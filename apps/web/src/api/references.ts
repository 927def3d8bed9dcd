import type { List, Reference, ReferenceKind } from '@espejo/contract'
import { useQuery } from '@tanstack/react-query'
import { request } from './request.js'

export const REFERENCES_KEY = ['references'] as const

const PAGE = 200
/** 10,000 items: beyond any shop's list, and a server that repeats itself does not page for ever. */
const MAX_PAGES = 50

/** One of the lists that products refer to, whole. */
export function useReferences(kind: ReferenceKind) {
  return useQuery({
    queryKey: [...REFERENCES_KEY, kind],
    queryFn: ({ signal }) => readAll(kind, signal),
    // They change with a run, and `LiveSyncProvider` says when.
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
