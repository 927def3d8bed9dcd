import type { Guard, GuardItem, Run } from '@espejo/contract'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { flattenPages, pagedQuery } from './pages.js'
import { request } from './request.js'
import { RUNS_KEY } from './runs.js'

const PAGE = 10
/** Another person may answer, or make the run ask again. */
const POLL_MS = 15_000

export interface GuardFilter {
  search: string
  /** A category's name; null: all. */
  category: string | null
}

/** The question as a whole, and of what it is about the part that was read so far. */
export type LoadedGuard = Omit<Guard, 'items' | 'nextCursor'> & { items: GuardItem[] }

/** What a run asks before it goes on. */
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
    // While a filter is typed the question stays in view.
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  })
}

/** A yes to the question that was shown, or a no. Both are idempotent on the server. */
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
