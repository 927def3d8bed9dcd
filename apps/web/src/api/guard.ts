import type { Guard, GuardItem, Run } from '@espejo/contract'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { flattenPages, pagedQuery } from './pages.js'
import { request } from './request.js'
import { RUNS_KEY } from './runs.js'

const PAGE = 10
/** Another person may decide, and a new revision may replace the question. */
const POLL_MS = 15_000

export interface GuardFilter {
  search: string
  /** A category's name; null: all. */
  category: string | null
}

/** The guard's question, with the items of all pages loaded so far. */
export type LoadedGuard = Omit<Guard, 'items' | 'nextCursor'> & { items: GuardItem[] }

/** The decision that a run waits for. */
export function useGuard(runId: string, { search, category }: GuardFilter) {
  return useInfiniteQuery({
    ...pagedQuery<Guard>([...RUNS_KEY, 'guard', runId, search, category], guardPath(runId), {
      limit: PAGE,
      search,
      category,
    }),
    select: ({ pages }): LoadedGuard | null => {
      const [first] = pages
      return first ? { ...first, items: flattenPages(pages, (item) => item.cianboxId) } : null
    },
    // The previous items stay on the screen while a filter loads.
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  })
}

/** Confirms the revision that was shown, or refuses. Both are idempotent on the server. */
export function useDecideGuard(runId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ decision, revision }: { decision: 'confirm' | 'refuse'; revision: number }) =>
      request<Run>('POST', `${guardPath(runId)}/${decision}`, {
        body: decision === 'confirm' ? { revision } : {},
      }),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

function guardPath(runId: string): string {
  return `/api/cianbox/sync/runs/${encodeURIComponent(runId)}/guard`
}
